/** Reading and changing config.yaml, with real files. What is noticed by itself is in test/integration/config-watch.test.ts. */
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { temporaryFolder } from '../../../test/helpers/temporary-folder.ts'
import { AppError } from '../../shared/errors.ts'
import { addHost, removeHost, setDefaultHost, setKey } from './config-edits.ts'
import { ConfigFile } from './config-file.ts'

const WRITTEN = `# My machines.

default_host: auto # the best one

hosts:
  # under the desk
  - name: desk
    connection: me@desk.local # by cable
    tags: [big]

  - name: 'box'
    connection: "box"
# the end
`

function configFile(text?: string): { file: ConfigFile; path: string; read: () => string } {
  const path = join(temporaryFolder(), 'drover', 'config.yaml')
  if (text !== undefined) {
    mkdirSync(join(path, '..'))
    writeFileSync(path, text)
  }
  const file = ConfigFile.open(path)
  onTestFinished(() => file.close())
  return { file, path, read: () => readFileSync(path, 'utf8') }
}

const failure = async (promise: Promise<unknown>): Promise<AppError> => {
  const error = await promise.catch((error: unknown) => error)
  if (error instanceof AppError) return error
  throw error
}

test('a missing file is the defaults and makes no error; the first change makes it, 0600', async () => {
  const { file, path, read } = configFile()
  expect([file.current.hosts, file.error, file.text()]).toEqual([[], null, ''])
  await file.edit(doc => addHost(doc, { name: 'box', connection: 'me@box' }))
  expect(read()).toBe('hosts:\n  - name: box\n    connection: me@box\n')
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(file.current.hosts).toEqual([{ name: 'box', connection: 'me@box', tags: [], drain: false, sound: false }])
})

test('a broken file is the defaults and an error, at the start; a change of it is refused and leaves it alone', async () => {
  const { file, path, read } = configFile('hosts: [\n')
  expect(file.current.hosts).toEqual([])
  expect(file.error?.message).toMatch(`${path}:2:1: `)
  expect((await failure(file.edit(doc => setKey(doc, 'log_level', 'debug')))).code).toBe('BAD_CONFIG')
  expect(read()).toBe('hosts: [\n')
})

describe('a change keeps comments, order and quotes', () => {
  test('a host added', async () => {
    const { file, read } = configFile(WRITTEN)
    await file.edit(doc => addHost(doc, { name: 'new', connection: '[::1]:22' }))
    expect(read()).toBe(WRITTEN.replace('"box"\n', '"box"\n  - name: new\n    connection: "[::1]:22"\n'))
  })

  test('a host removed, with the comment that stood with it; the default that named it goes too', async () => {
    const written = WRITTEN.replace('auto #', 'desk #').replace('# the end', '\n# the end')
    const { file, read } = configFile(written)
    await file.edit(doc => removeHost(doc, 'box'))
    expect(read()).toBe(written.replace(/\n {2}- name: 'box'\n.*\n/, ''))
    await file.edit(doc => removeHost(doc, 'desk'))
    expect([file.current.hosts, file.current.defaultHost]).toEqual([[], 'auto'])
    expect(read()).toContain('# My machines.')
    expect(read()).toContain('# the end')
  })

  test('the default and single settings', async () => {
    const { file, read } = configFile(WRITTEN)
    await file.edit(doc => setDefaultHost(doc, 'box'))
    expect(read()).toBe(WRITTEN.replace('auto #', 'box #'))
    await file.edit(doc => setKey(doc, 'push.keep_finished_days', 7))
    expect(read()).toMatch(/push:\n {2}keep_finished_days: 7\n/)
    expect(read()).toContain('# the end')
    await file.edit(doc => setKey(doc, 'push.keep_finished_days', null))
    expect(file.current.push.keepFinishedDays).toBe(14)
  })

  test.each([
    ['four spaces', 'hosts:\n    - name: a\n      connection: a\npush:\n    keep_finished_days: 3\n'],
    ['lists not indented', 'hosts:\n- name: a\n  connection: a\npush:\n  keep_finished_days: 3\n'],
    ['line ends of Windows', '# c\r\nhosts:\r\n  - name: a\r\n    connection: a\r\n'],
    ['long lines', `# ${'x '.repeat(200)}\nhosts:\n  - name: a\n    connection: ${'a'.repeat(200)}\n`],
    ['nothing but a comment', '# hosts come here\n'],
    ['hosts commented out', 'hosts:\n#  - name: a\n#    connection: b\nlog_level: info\n'],
    ['one line each', 'hosts: [{ name: a, connection: a }] # short\n'],
    ['an anchor', 'hosts:\n  - &a\n    name: a\n    connection: a\n'],
  ])('written with %s', async (_what, text) => {
    const { file, read } = configFile(text)
    await file.edit(doc => setKey(doc, 'detach_on_ctrl_c', true))
    const end = text.includes('\r\n') ? '\r\n' : '\n'
    const gap = text === '# hosts come here\n' ? '\n' : ''
    expect(read()).toBe(`${text}${gap}detach_on_ctrl_c: true${end}`)
    await file.edit(doc => addHost(doc, { name: 'new', connection: 'new' }))
    expect(file.current.hosts.at(-1)?.name).toBe('new')
    for (const comment of text.match(/#.*$/gm) ?? []) expect(read()).toContain(comment.trim())
  })
})

describe('what cannot be done is said, and nothing is written', () => {
  test.each<[string, string, (file: ConfigFile) => Promise<void>]>([
    ['CONFLICT', 'desk already', file => file.edit(doc => addHost(doc, { name: 'desk', connection: 'x' }))],
    ['NOT_FOUND', 'no host named nobody', file => file.edit(doc => removeHost(doc, 'nobody'))],
    ['NOT_FOUND', 'Hosts: auto, local, desk, box', file => file.edit(doc => setDefaultHost(doc, 'nobody'))],
    ['BAD_INPUT', 'Did you mean log_level', file => file.edit(doc => setKey(doc, 'log_levl', 'debug'))],
    ['BAD_INPUT', 'no setting constructor', file => file.edit(doc => setKey(doc, 'constructor', 'debug'))],
    ['BAD_INPUT', 'drover host add', file => file.edit(doc => setKey(doc, 'hosts', 'x'))],
    ['BAD_INPUT', 'push.keep_finished_days: ', file => file.edit(doc => setKey(doc, 'push.keep_finished_days', 'soon'))],
    ['BAD_INPUT', 'log_level: ', file => file.edit(doc => setKey(doc, 'log_level', 'loud'))],
    ['BAD_INPUT', 'hosts[2].name', file => file.edit(doc => addHost(doc, { name: 'local', connection: 'x' }))],
  ])('%s %s', async (code, message, change) => {
    const { file, read } = configFile(WRITTEN)
    const error = await failure(change(file))
    expect(error.code).toBe(code)
    expect(error.message).toContain(message)
    expect(read()).toBe(WRITTEN)
    expect(file.current.hosts).toHaveLength(2)
  })

  test('a file that is not text, not a file, or not readable as one', () => {
    const folder = temporaryFolder()
    const open = (name: string) => {
      const file = ConfigFile.open(join(folder, name))
      onTestFinished(() => file.close())
      return file.error?.message
    }
    writeFileSync(join(folder, 'latin1'), Buffer.from([0x23, 0xe4, 0x0a]))
    mkdirSync(join(folder, 'folder'))
    writeFileSync(join(folder, 'huge'), '#'.repeat(5_000_000))
    expect(open('latin1')).toMatch(/latin1: it is not UTF-8/)
    expect(open('folder')).toMatch(/folder is not a regular file/)
    expect(open('huge')).toMatch(/huge is too big/)
  })
})

test('text from a command line means what it would in the file', async () => {
  const { file } = configFile()
  await file.edit(doc => setKey(doc, 'push.keep_finished_days', '7'))
  await file.edit(doc => setKey(doc, 'detach_on_ctrl_c', 'true'))
  await file.edit(doc => setKey(doc, 'ssh_config', '/1'))
  expect(file.current).toMatchObject({ push: { keepFinishedDays: 7 }, detachOnCtrlC: true, sshConfig: '/1' })
})

test('an edit the user makes while ours is under way is kept', async () => {
  const { file, path, read } = configFile('log_level: info\n')
  let times = 0
  await file.edit(doc => {
    if (times++ === 0) writeFileSync(path, '# mine\nlog_level: debug\n')
    addHost(doc, { name: 'box', connection: 'box' })
  })
  expect(times).toBe(2)
  expect(read()).toBe('# mine\nlog_level: debug\nhosts:\n  - name: box\n    connection: box\n')
  expect(file.current.logLevel).toBe('debug')
})

test('a file that changes all the time is given up, and nothing of it is lost', async () => {
  const { file, path, read } = configFile('')
  let times = 0
  const error = await failure(
    file.edit(doc => {
      writeFileSync(path, `# ${++times}\n`)
      addHost(doc, { name: 'box', connection: 'box' })
    }),
  )
  expect(error.code).toBe('CONFLICT')
  expect(read()).toBe(`# ${times}\n`)
})

test('many edits at once all take effect, in their order', async () => {
  const { file } = configFile()
  const names = Array.from({ length: 20 }, (_, index) => `h${index}`)
  const bad = failure(file.edit(doc => removeHost(doc, 'nobody')))
  await Promise.all(names.map(name => file.edit(doc => addHost(doc, { name, connection: name }))))
  expect(file.current.hosts.map(host => host.name)).toEqual(names)
  expect((await bad).code).toBe('NOT_FOUND')
})

test('of a link its target is changed, and the link stays; also when the target is not there yet', async () => {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'dotfiles'))
  writeFileSync(join(folder, 'dotfiles', 'a.yaml'), '# mine\n')
  for (const name of ['a.yaml', 'b.yaml']) {
    const path = join(folder, name)
    symlinkSync(join('dotfiles', name), path)
    const file = ConfigFile.open(path)
    onTestFinished(() => file.close())
    await file.edit(doc => setKey(doc, 'log_level', 'debug'))
    expect(
      readdirSync(folder, { withFileTypes: true })
        .find(entry => entry.name === name)
        ?.isSymbolicLink(),
    ).toBe(true)
    expect(readFileSync(join(folder, 'dotfiles', name), 'utf8')).toContain('log_level: debug')
  }
  symlinkSync('loop', join(folder, 'loop'))
  const loop = ConfigFile.open(join(folder, 'loop'))
  onTestFinished(() => loop.close())
  expect((await failure(loop.edit(doc => setKey(doc, 'log_level', 'debug')))).code).toBe('BAD_CONFIG')
})

test('a listener hears of a change once, not of an edit that changes nothing, and not after its undo', async () => {
  const { file } = configFile()
  const heard: string[] = []
  const undo = file.onChange(({ config, error }) => heard.push(`${config.logLevel} ${error?.code ?? 'ok'}`))
  await file.edit(doc => setKey(doc, 'log_level', 'debug'))
  await file.edit(doc => setKey(doc, 'log_level', 'debug'))
  expect(heard).toEqual(['debug ok'])
  undo()
  await file.edit(doc => setKey(doc, 'log_level', 'info'))
  expect(heard).toEqual(['debug ok'])
})

test('a folder that was removed is made again by the next change', async () => {
  const { file, path, read } = configFile('')
  rmSync(join(path, '..'), { recursive: true })
  await file.edit(doc => setKey(doc, 'log_level', 'debug'))
  expect(read()).toBe('log_level: debug\n')
})
