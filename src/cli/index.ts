/** Entry of the command line. It answers to the name it was called by: drover, p or beowulf. */
import { basename } from 'node:path'
import { runCli } from './cli.ts'

void main()

async function main(): Promise<void> {
  const { stdout } = process
  let stderr: NodeJS.WriteStream | undefined
  // The launcher has the name; run as a script, our own file would be it.
  const name = basename(process.env.DROVER_CALLED_AS ?? 'drover')
  const code = await runCli({
    name,
    words: process.argv.slice(2),
    env: process.env,
    stdout,
    // Node opens these two when they are first asked for: a command that needs neither is a tenth faster.
    get stdin() {
      return process.stdin
    },
    get stderr() {
      stderr ??= process.stderr
      return stderr
    },
  })
  // A file tells of its failure a moment after the write.
  await new Promise(setImmediate)
  await Promise.all([flushed(stdout), stderr && flushed(stderr)])
  // Not by itself: a kept connection or a paused stdin would hold us.
  process.exit(code)
}

/** Pipes may still hold what was written. */
function flushed(stream: NodeJS.WriteStream): Promise<void> {
  if (stream.writableLength === 0 || stream.destroyed) return Promise.resolve()
  return new Promise(resolve => {
    stream.write('', () => resolve())
    stream.once('error', () => resolve())
  })
}
