/**
 * `npm run bench [-- NAME…] [--json]`: runs the benches whose names begin so (all without a name) and prints a row for each figure.
 * It measures and never judges: a figure beyond its aim is printed, not an error.
 *
 * Each file runs in a process of its own: to start a program takes longer the more memory its starter has (25 ms more with 300 MB),
 * so what one bench leaves behind would be in the figures of the next, ours and the peer's.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { type BenchRow, round } from './bench.ts'

type BenchModule = { names: readonly string[]; bench(): Promise<BenchRow[]> }

const FILE = '--file='

async function main(): Promise<void> {
  const args = process.argv.slice(2)
  const file = args.find(arg => arg.startsWith(FILE))?.slice(FILE.length)
  if (file !== undefined) return await answer(file)
  const isJson = args.includes('--json')
  const wanted = args.filter(arg => !arg.startsWith('--'))
  const rows: BenchRow[] = []
  const failed: string[] = []
  for (const { module, file } of await load()) {
    if (wanted.length > 0 && !module.names.some(name => wanted.some(word => name.startsWith(word)))) continue
    process.stderr.write(`${file}: ${module.names.join(', ')} …\n`)
    // What the others have measured is not lost with it.
    await measured(file).then(
      found => rows.push(...found),
      (error: Error) => failed.push(error.message),
    )
  }
  if (wanted.length > 0 && rows.length + failed.length === 0) throw new Error(`No bench is named ${wanted.join(', ')}`)
  process.stdout.write(isJson ? `${JSON.stringify(rows, null, 2)}\n` : `${table(rows)}\n`)
  if (failed.length > 0) throw new Error(failed.join('\n'))
}

async function measured(file: string): Promise<BenchRow[]> {
  const child = fork(import.meta.filename, [FILE + file])
  let rows: BenchRow[] = []
  child.once('message', message => {
    rows = message as BenchRow[]
  })
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`${file} ended with ${code}`)
  return rows
}

async function answer(file: string): Promise<void> {
  const { bench } = (await import(`./${file}`)) as BenchModule
  const rows = await bench()
  await new Promise(resolve => process.send?.(rows, resolve))
}

async function load(): Promise<{ module: BenchModule; file: string }[]> {
  const files = readdirSync(import.meta.dirname).filter(file => file.endsWith('.bench.ts'))
  return Promise.all(files.map(async file => ({ file, module: (await import(`./${file}`)) as BenchModule })))
}

function table(rows: readonly BenchRow[]): string {
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`
  const head = '| bench | ours | peer | unit | ratio | aim | n | spread | peer command |\n|---|---|---|---|---|---|---|---|---|'
  const lines = rows.map(row => {
    const sign = row.better === 'lower' ? '≤' : '≥'
    const aim = `${sign} ${row.aim}${row.peer === null ? ` ${row.unit}` : ''}`
    const cells = [
      row.name,
      round(row.ours),
      row.peer === null ? '–' : round(row.peer),
      row.unit,
      round(row.ratio),
      aim,
      row.n,
      row.spread,
    ]
    return `| ${[...cells, row.peerCommand ? `\`${row.peerCommand}\`` : '–'].join(' | ')} |`
  })
  return [machine, '', head, ...lines].join('\n')
}

await main()
process.exit(0) // A bench's servers are killed by then; nothing of theirs may keep us.
