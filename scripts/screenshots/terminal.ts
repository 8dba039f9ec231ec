/** Draws the README's pictures of a terminal: the built product in a real one, with hosts behind real sshd. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { spawn } from '@lydell/node-pty'
import headless from '@xterm/headless'
import { openProduct } from '../../test/helpers/product.ts'
import { openSshd } from '../../test/helpers/sshd.ts'
import { waitFor } from '../../test/helpers/wait.ts'
import { screenSvg } from './screen-svg.ts'

const SIZE = { cols: 92, rows: 12 }
/** A project that is built by really compiling something, a file after the other. */
const SOURCES = ['attic', 'barn', 'collar', 'dog', 'fence', 'gate', 'herd', 'lamb', 'meadow', 'pen', 'ram', 'shears']
const MAKEFILE = `OBJECTS = $(patsubst %.c,%.o,$(sort $(wildcard *.c)))
flock: $(OBJECTS)
	@echo "  LINK  $@"; cat $(OBJECTS) >$@
%.o: %.c
	@echo "  CC    $<"; sleep 0.4; cksum <$< >$@
`

export async function shootTerminal(out: string): Promise<void> {
  const hosts = { big: await openSshd(), attic: await openSshd() }
  const product = await openProduct(hosts)
  try {
    const folder = join(product.home.dir, 'project')
    mkdirSync(folder)
    writeFileSync(join(folder, 'Makefile'), MAKEFILE)
    for (const name of SOURCES) writeFileSync(join(folder, `${name}.c`), `int ${name};\n`)
    execFileSync('git', ['init', '-q'], { cwd: folder })
    await product.drover(['host', 'ls', '-c'])

    const terminal = new headless.Terminal({ ...SIZE, allowProposedApi: true })
    const shell = spawn('bash', ['--norc'], {
      ...SIZE,
      cwd: folder,
      env: {
        ...product.env,
        PS1: '\\[\\e[32m\\]~/\\W\\[\\e[0m\\] $ ',
        TERM: 'xterm-256color',
        PATH: `${join(import.meta.dirname, '../../bin')}:${process.env.PATH}`,
      },
    })
    shell.onData(data => terminal.write(data))
    const screen = () => Array.from({ length: SIZE.rows }, (_, row) => line(terminal, row)).join('\n')
    const sees = (text: string) => waitFor(() => screen().includes(text), { what: `${text} on the screen`, timeoutMs: 30_000 })
    const shoot = (name: string, title: string) => writeFileSync(join(out, `${name}.svg`), screenSvg(terminal, title))

    await sees('$')
    shell.write('drover push --on big -- make\r')
    await sees('lamb.c')
    shoot('terminal-push', 'drover push: the command runs on another host, as if it ran here')
    await sees('Press any key')
    shell.write(' ')
    await sees('(id ')
    await product.running(['-n', '--on', 'attic', '--', 'sleep 600'])
    await product.drover(['push', '-n', '--on', 'local', '--', 'test', '-e', 'flock'], { cwd: folder })
    shell.write('clear; drover host ls; drover ls\r')
    await sees('running')
    shoot('terminal-ls', 'drover host ls and drover ls')
    shell.kill()
  } finally {
    await product.close()
    for (const host of Object.values(hosts)) await host.stop()
  }
}

function line(terminal: headless.Terminal, row: number): string {
  return terminal.buffer.active.getLine(terminal.buffer.active.viewportY + row)?.translateToString(true) ?? ''
}
