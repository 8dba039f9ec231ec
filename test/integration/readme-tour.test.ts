/** The README's five minutes, typed as they stand there: `$ ` lines are run in one shell, what follows is what must be printed. */
import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { DROVER, startProduct } from '../helpers/product.ts'

type Step = { command: string; printed: string }

test('the tour of the README goes as it says', async () => {
  const product = await startProduct()
  const cwd = join(product.home.dir, 'desk')
  mkdirSync(cwd)
  const steps = tourOf(readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8'))
  expect(steps.length).toBeGreaterThan(5)
  const outputs = await type(
    steps.map(step => step.command),
    { cwd, env: { ...product.env, PATH: `${dirname(DROVER)}:${product.env.PATH}` } },
  )
  for (const [index, { command, printed }] of steps.entries()) {
    expect(`$ ${command}\n${outputs[index]}`).toMatch(asPattern(`$ ${command}\n${printed}`))
  }
})

function tourOf(readme: string): Step[] {
  const blocks = [...readme.matchAll(/^```console tour\n([\s\S]*?)^```$/gm)].map(match => match[1] ?? '')
  return blocks.flatMap(block =>
    block
      .split(/^\$ /m)
      .slice(1)
      .map(step => {
        const [command = '', ...printed] = step.trimEnd().split('\n')
        return { command, printed: printed.join('\n') }
      }),
  )
}

/** In the README `…` stands for any text. */
function asPattern(text: string): RegExp {
  const literal = text.split('…').map(part => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${literal.join('[\\s\\S]*')}$`)
}

/** One shell for all, as a person has; gives what each command printed, without the last line end. */
async function type(commands: readonly string[], options: { cwd: string; env: Record<string, string> }): Promise<string[]> {
  const shell = spawn('sh', [], { ...options, stdio: ['pipe', 'pipe', 'pipe'] })
  const mark = '--- next command ---'
  let output = ''
  for (const stream of [shell.stdout, shell.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  // Not from stdin: a command would read the ones after it.
  shell.stdin.end(`${commands.map(command => `{ ${command}\n} </dev/null 2>&1; echo '${mark}'`).join('\n')}\n`)
  await new Promise(resolve => shell.once('close', resolve))
  // A job with a terminal ends its lines as terminals do.
  return output
    .replaceAll('\r\n', '\n')
    .split(`${mark}\n`)
    .map(text => text.trimEnd())
}
