/** Entry of the command line. It answers to the name it was called by: drover, p or beowulf. */
import { basename } from 'node:path'
import { isatty } from 'node:tty'
import { runCli } from './cli.ts'

const STDOUT = 1

// In a package the Node is Electron's. What we start may be an Electron too, as an editor, and is not to be a Node.
delete process.env.ELECTRON_RUN_AS_NODE
void main()

async function main(): Promise<void> {
  let stdout: NodeJS.WriteStream | undefined
  let stderr: NodeJS.WriteStream | undefined
  // The launcher has the name; run as a script, our own file would be it.
  const name = basename(process.env.DROVER_CALLED_AS ?? 'drover')
  const code = await runCli({
    name,
    words: process.argv.slice(2),
    env: process.env,
    isTerminal: isatty(STDOUT),
    // Node opens these when they are first asked for: a command that needs none, or not yet, is a tenth faster.
    get stdin() {
      return process.stdin
    },
    get stdout() {
      stdout ??= process.stdout
      return stdout
    },
    get stderr() {
      stderr ??= process.stderr
      return stderr
    },
  })
  // A file tells of its failure a moment after the write.
  await new Promise(setImmediate)
  await Promise.all([stdout && flushed(stdout), stderr && flushed(stderr)])
  // Not by itself: a kept connection or a paused stdin would hold us.
  process.exit(process.exitCode ?? code)
}

/** Pipes may still hold what was written. */
function flushed(stream: NodeJS.WriteStream): Promise<void> {
  if (stream.writableLength === 0 || stream.destroyed) return Promise.resolve()
  return new Promise(resolve => {
    stream.write('', () => resolve())
    stream.once('error', () => resolve())
  })
}
