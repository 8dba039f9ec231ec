/**
 * push-sync: the second push of a folder in which nothing has changed, to the exit code, against doing it by hand with rsync and ssh.
 * With a pause between runs the host has a spare workdir ready; `:at-once` is the second of two pushes without one.
 */
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DROVER } from '../test/helpers/product.ts'
import { against, type BenchRow } from './bench.ts'
import { interleaved, processMs } from './measure.ts'
import { onStage } from './stage.ts'

export const names = ['push-sync']

const FILES = 2_000
const FILE_BYTES = 25_000
const IGNORED_FILES = 3_000
const FILES_A_FOLDER = 100
/** Twice in a round: so 5 s and more lie between two runs of ours, and the spare is made after ours and before the peer's turn. */
const PAUSE_MS = 2_500

export function bench(): Promise<BenchRow[]> {
  return onStage({ hosts: 1, isAdded: true }, async ({ product: { env, home }, ssh }) => {
    const folder = join(home.dir, 'project')
    makeFolder(folder)
    const ours = () => processMs({ file: DROVER, args: ['push', '--', 'true'], env, cwd: folder })
    const peer = () => processMs({ file: 'sh', args: ['-c', byHand(ssh)], env, cwd: folder })
    const paused = await interleaved({ ours, peer }, { n: 10, pauseMs: PAUSE_MS })
    const second = async () => {
      await ours()
      return ours()
    }
    const atOnce = await interleaved({ ours: second, peer }, { n: 10, warmUps: 0 })
    const row = { unit: 'ms', better: 'lower', aim: 0.5, peerCommand: byHand(['-F', 'CONFIG']) } as const
    return [against({ name: 'push-sync', ...row, ...paused }), against({ name: 'push-sync:at-once', ...row, ...atOnce })]
  })
}

function byHand(ssh: readonly string[]): string {
  const rsync = `rsync -a --delete --exclude=.git --filter=':- .gitignore' -e 'ssh ${ssh.join(' ')}' ./ h1:by-hand/`
  return `${rsync} && ssh ${ssh.join(' ')} h1 'cd by-hand && true'`
}

/** A git repository, as projects are. Its files differ and cannot be compressed. */
function makeFolder(folder: string): void {
  writeFiles(join(folder, 'src'), FILES, () => randomBytes(FILE_BYTES))
  writeFiles(join(folder, 'build'), IGNORED_FILES, () => randomBytes(1_000))
  writeFileSync(join(folder, '.gitignore'), 'build/\n')
  execFileSync('git', ['init', '-q', folder])
}

function writeFiles(folder: string, count: number, content: () => Buffer): void {
  for (let index = 0; index < count; index++) {
    const place = join(folder, `d${Math.floor(index / FILES_A_FOLDER)}`)
    if (index % FILES_A_FOLDER === 0) mkdirSync(place, { recursive: true })
    writeFileSync(join(place, `file-${index}.bin`), content())
  }
}
