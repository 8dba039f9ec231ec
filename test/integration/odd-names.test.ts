/** Folders and files of every name through push and pull, to hosts with and without rsync and to this machine: byte for byte, name for name. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { bytesOf, toBytePath } from '../../src/main/jobs/byte-path.ts'
import { listTree } from '../helpers/folder-tree.ts'
import { openProduct, type Product } from '../helpers/product.ts'
import { openSshd, type Sshd } from '../helpers/sshd.ts'

let box: Sshd
let bare: Sshd
let product: Product
beforeAll(async () => {
  box = await openSshd()
  bare = await openSshd({ toolsWithout: ['rsync'] })
  product = await openProduct({ box, bare })
})
afterAll(async () => {
  await product.close()
  await Promise.all([box.stop(), bare.stop()])
})

/** A shell that ran any of them would leave `canary` behind. */
const NAMES = [
  'a b',
  "it's",
  'say "hi"',
  'two\nlines',
  '-rf',
  '--delete',
  '$(touch canary)',
  '`touch canary`',
  '; touch canary ;',
  '| touch canary',
  '\\',
  '\\$(touch canary)',
  '*',
  '?[a]',
  ' ',
  'end ',
  '.hidden',
  '...',
  '~',
  '#c',
  ':x',
  '=',
  '\x1b[31m\x07',
  'ä日本🐑',
  'n'.repeat(255),
]
const NOT_UTF8 = ['caf\xe9', '\xff\xfe\n']

function makeOddTree(folder: string): void {
  mkdirSync(folder, { recursive: true })
  const top = toBytePath(folder)
  for (const name of [...NAMES.map(toBytePath), ...NOT_UTF8]) {
    const inner = `${top}/in/${name}`
    writeFileSync(bytesOf(`${top}/${name}`), bytesOf(`content of ${name}`))
    mkdirSync(bytesOf(inner), { recursive: true })
    writeFileSync(bytesOf(`${inner}/${name}`), '')
  }
  symlinkSync('$(touch canary)', join(folder, 'a link'))
}

describe.each(['box', 'bare', 'local'])('on %s', host => {
  const push = (folder: string, args: readonly string[]) => product.drover(['push', '--on', host, ...args], { cwd: folder })

  test('a tree of odd names arrives, and comes back, as it is', async () => {
    const folder = join(product.home.dir, `odd-${host}`)
    makeOddTree(folder)
    const here = listTree(folder)
    expect(await push(folder, ['--', 'true'])).toMatchObject({ code: 0, stderr: '' })
    const [job] = await product.jobs()
    expect(job?.host).toBe(host)
    expect(listTree(job?.workdir ?? '')).toEqual(here)
    const back = join(product.home.dir, `back ${host} $(touch canary)`)
    mkdirSync(back)
    const pulled = await product.drover(['pull', job?.id ?? '', '.', back])
    expect(pulled).toMatchObject({ code: 0 })
    expect(listTree(back)).toEqual(here)
    expectNoCanary(folder, back, job?.workdir ?? '')
  })

  test('a folder may have any name, and so may what is pulled from it by its own name', async () => {
    const names = NAMES.filter(name => Buffer.byteLength(name) < 200)
    for (const name of names.filter((_, index) => index % 3 === ['box', 'bare', 'local'].indexOf(host))) {
      const folder = join(product.home.dir, `of ${host}`, name)
      mkdirSync(folder, { recursive: true })
      writeFileSync(join(folder, name), 'x')
      expect(await push(folder, ['--pull', '*.made', '--', 'ls -A | wc -l; echo y >"$(basename "$0").made"'])).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^[12]\n$/),
      })
      const [job] = await product.jobs()
      expect(job?.folder).toBe(folder)
      expect(readdirSync(folder).length).toBe(2)
      expectNoCanary(folder, job?.workdir ?? '')
    }
  })

  test('sockets, pipes, loops and links that point out are no way out', async () => {
    const folder = join(product.home.dir, `kinds-${host}`)
    mkdirSync(join(folder, 'sub'), { recursive: true })
    const server = createServer().listen(join(folder, 'socket'))
    onTestFinished(() => {
      server.close()
    })
    execFileSync('mkfifo', [join(folder, 'pipe')])
    symlinkSync('..', join(folder, 'sub/loop'))
    symlinkSync('self', join(folder, 'self'))
    symlinkSync('/etc', join(folder, 'out'))
    writeFileSync(join(folder, 'file'), '')
    const { code, stdout } = await push(folder, ['--', 'ls -A . sub; readlink out self sub/loop'])
    expect({ code, stdout }).toEqual({ code: 0, stdout: '.:\nfile\nout\nself\nsub\n\nsub:\nloop\n/etc\nself\n..\n' })
  })
})

test('a folder whose path is not UTF-8 is refused, with what to do', async () => {
  const folder = bytesOf(`${toBytePath(product.home.dir)}/caf\xe9`)
  mkdirSync(folder)
  const script = `cd caf* && exec "$0" push -- true`
  const result = product.home.dir && runIn(script)
  expect(result).toMatchObject({
    code: 125,
    stderr: expect.stringMatching(/^error: The path of this folder is not valid UTF-8: rename it/),
  })
})

function runIn(script: string): { code: number; stderr: string } {
  try {
    const drover = join(import.meta.dirname, '../../bin/drover')
    execFileSync('sh', ['-c', script, drover], { cwd: product.home.dir, env: product.env, stdio: 'pipe' })
    return { code: 0, stderr: '' }
  } catch (error) {
    const { status, stderr } = error as { status: number; stderr: Buffer }
    return { code: status, stderr: stderr.toString() }
  }
}

function expectNoCanary(...places: readonly string[]): void {
  for (const place of [...places, product.home.dir, box.home, bare.home, process.cwd()]) {
    expect(existsSync(join(place, 'canary'))).toBe(false)
  }
}
