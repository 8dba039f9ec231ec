/** Pristine copies, workdirs, spares, their locks and what they weigh; and the channels that carry files. A host of each shell. */

import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  type AgentHost,
  isRunning,
  jobSpec,
  makeAgentHost,
  record,
  runJob,
  SHELLS,
  type TestAgent,
} from '../helpers/agent-host.ts'
import { processArguments, signalAll } from '../helpers/processes.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'
import { waitFor, within } from '../helpers/wait.ts'

const KEY = 'abc123'
const NASTY = ['a b', '-rf', "it's", 'x"y', '$(touch got)', 'line\nend', '*', '.hidden', 'é', 'tail ', '#{x}', '\\n']

describe.each(SHELLS)('agent in %s', shell => {
  test('a workdir is made from the copy: names, links, modes and times as they are; again it is the same one', async () => {
    const { host, agent, tree } = await withCopy(shell)
    for (const name of NASTY) writeFileSync(join(tree, name), name, { mode: 0o755 })
    mkdirSync(join(tree, 'dir/empty'), { recursive: true })
    symlinkSync('../../outside', join(tree, 'dir/link'))
    utimesSync(join(tree, '*'), 1000, 1000)
    const id = jobSpec('x').id
    const workdir = await agent.makeWorkdir(id, KEY)
    expect(workdir).toBe(join(host.root, 'workdirs', id))
    expect(readdirSync(workdir).sort()).toEqual([...NASTY, 'dir'].sort())
    expect(readFileSync(join(workdir, '-rf'), 'utf8')).toBe('-rf')
    expect(statSync(join(workdir, '*'))).toMatchObject({ mode: 0o100755, mtimeMs: 1_000_000 })
    expect(lstatSync(join(workdir, 'dir/link')).isSymbolicLink()).toBe(true)
    expect(statSync(join(workdir, '*')).ino).not.toBe(statSync(join(tree, '*')).ino)
    writeFileSync(join(workdir, 'mine'), '')
    expect(await agent.makeWorkdir(id, KEY)).toBe(workdir)
    expect(existsSync(join(workdir, 'mine'))).toBe(true)
    expect(readdirSync(await agent.makeWorkdir(jobSpec('x').id, null))).toEqual([])
    await expect(agent.makeWorkdir(jobSpec('x').id, 'nosuchkey')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  test('a spare is used once, and only while the copy is as it was', async () => {
    const { host, agent, tree } = await withCopy(shell)
    writeFileSync(join(tree, 'file'), 'one')
    expect(await agent.folderStat(KEY)).toEqual({ stamp: null, hasSpare: false })
    expect(await agent.makeSpare(KEY, 1e9)).toBe(false)
    await agent.setFolderStamp(KEY, 'stamp "1"\n')
    expect(await agent.makeSpare(KEY, 1)).toBe(false)
    expect(await agent.makeSpare(KEY, 1e9)).toBe(true)
    expect(await agent.folderStat(KEY)).toEqual({ stamp: 'stamp "1"\n', hasSpare: true })
    const inode = statSync(join(host.root, 'folders', KEY, 'spare/file')).ino
    const first = await agent.makeWorkdir(jobSpec('x').id, KEY)
    expect(statSync(join(first, 'file')).ino).toBe(inode)
    expect((await agent.folderStat(KEY)).hasSpare).toBe(false)
    await agent.makeSpare(KEY, 1e9)
    await agent.setFolderStamp(KEY, '')
    writeFileSync(join(tree, 'file'), 'two')
    await agent.setFolderStamp(KEY, 'stamp 2')
    expect((await agent.folderStat(KEY)).hasSpare).toBe(false)
    expect(readFileSync(join(await agent.makeWorkdir(jobSpec('x').id, KEY), 'file'), 'utf8')).toBe('two')
    expect(await agent.makeSpare(KEY, 1e9)).toBe(true)
    expect(readFileSync(join(host.root, 'folders', KEY, 'spare/file'), 'utf8')).toBe('two')
  })

  test('rsync and tar bring files into the copy, under its lock: a workdir waits, requests beside it do not', async () => {
    const { host, agent, tree } = await withCopy(shell)
    const source = temporaryFolder()
    for (const name of NASTY) writeFileSync(join(source, name), name)
    const tar = execFileSync('tar', ['-cf', '-', '-C', source, '.'])
    expect(await host.exec(agent.commands.tarReceive(KEY), tar)).toMatchObject({ code: 0 })
    expect(readdirSync(tree).sort()).toEqual([...NASTY].sort())

    const channel = await host.transport.exec(agent.commands.tarReceive(KEY), { lane: 'stream' })
    channel.stdout.resume()
    channel.stderr.resume()
    await waitFor(() => lockHolders(host).length > 0, { what: 'tar to hold the lock' })
    let isMade = false
    const made = agent.makeWorkdir(jobSpec('x').id, KEY).then(path => {
      isMade = true
      return path
    })
    await agent.sample()
    expect(await runJob(agent, 'exit 0')).toMatchObject({ exitCode: 0 })
    expect(isMade).toBe(false)
    channel.stdin.end(tar)
    expect(readdirSync(await made).sort()).toEqual([...NASTY].sort())
  })

  test('what is removed from a copy stays in it: no absolute path, no `..`, no way through a link', async () => {
    const { host, agent, tree } = await withCopy(shell)
    const outside = temporaryFolder()
    writeFileSync(join(outside, 'precious'), '')
    chmodSync(join(outside, 'precious'), 0o600)
    symlinkSync(outside, join(tree, 'link'))
    symlinkSync(join(outside, 'precious'), join(tree, 'to-file'))
    mkdirSync(join(tree, 'dir/sub'), { recursive: true })
    mkdirSync(join(tree, 'full'))
    for (const path of [...NASTY, 'dir/sub/x', 'dir/y', 'full/stays']) writeFileSync(join(tree, path), '')
    const remove = (paths: string[]) => host.exec(agent.commands.removeFromFolder(KEY), pathsOf(paths))
    expect(
      await remove([...NASTY, 'dir', 'dir/sub', 'dir/sub/x', 'dir/y', 'full', 'link/precious', 'to-file/x', 'nosuch']),
    ).toMatchObject({
      code: 0,
    })
    expect(readdirSync(tree).sort()).toEqual(['full', 'link', 'to-file'])
    expect(readdirSync(outside)).toEqual(['precious'])
    expect(statSync(join(outside, 'precious')).mode & 0o777).toBe(0o600)
    expect(await remove(['link', 'to-file'])).toMatchObject({ code: 0 })
    for (const path of [join(outside, 'precious'), '../../x', 'full/../../x']) expect((await remove([path])).code).not.toBe(0)
    expect(await remove([])).toMatchObject({ code: 0 })
    expect(readdirSync(tree)).toEqual(['full'])
    expect(readdirSync(outside)).toEqual(['precious'])
  })

  test('what lies in a copy is told in the order asked: never through a link, and nothing of it changes', async () => {
    const { host, agent, tree } = await withCopy(shell)
    const outside = temporaryFolder()
    writeFileSync(join(outside, 'file'), 'not ours', { mode: 0o644 })
    mkdirSync(join(tree, 'dir'))
    const files = [...NASTY, 'dir/deep']
    for (const [index, path] of files.entries()) {
      writeFileSync(join(tree, path), 'x'.repeat(index), { mode: 0o644 })
      utimesSync(join(tree, path), 1000 + index, 1000 + index)
    }
    chmodSync(join(tree, 'dir'), 0o500)
    symlinkSync(outside, join(tree, 'folder-link'))
    symlinkSync(join(outside, 'file'), join(tree, 'file-link'))
    const notOurs = ['nosuch', 'nosuch/x', 'dir/deep/x', 'folder-link', 'folder-link/file', 'file-link', 'file-link/x']
    const asked = [...notOurs, ...files, 'dir']
    const { code, stdout } = await host.exec(agent.commands.lookIntoFolder(KEY), pathsOf(asked))
    const lines = stdout.toString().split('\n')
    expect({ code, count: lines.length - 1, end: lines.at(-1) }).toEqual({ code: 0, count: asked.length, end: '' })
    // A device: what no copy holds.
    for (const line of lines.slice(0, notOurs.length)) expect(line).toMatch(/^2[0-9a-f]{3} \d+ \d+$/)
    expect(lines.slice(notOurs.length, -2)).toEqual(files.map((_, index) => `81a4 ${index} ${1000 + index}`))
    expect(lines.at(-2)).toMatch(/^4140 \d+ \d+$/)
    expect(statSync(join(tree, 'dir')).mode & 0o777).toBe(0o500)
    expect(statSync(join(outside, 'file')).mode & 0o777).toBe(0o644)
    for (const path of ['../x', 'dir/../../x', join(outside, 'file')]) {
      expect((await host.exec(agent.commands.lookIntoFolder(KEY), pathsOf([path]))).stdout.toString(), path).toBe('')
    }
    chmodSync(join(tree, 'dir'), 0o700)
  })

  test('of a tar stream that was cut off, what is whole has its time; a part has less than its size', async () => {
    const { host, agent } = await withCopy(shell)
    const source = temporaryFolder()
    for (const name of ['first', 'second']) {
      writeFileSync(join(source, name), 'x'.repeat(1_000_000), { mode: 0o644 })
      utimesSync(join(source, name), 1000, 1000)
    }
    const tar = execFileSync('tar', ['-cf', '-', '-C', source, 'first', 'second'], { maxBuffer: 1e7 })
    const half = tar.subarray(0, 1_500_000)
    const look = async () =>
      (await host.exec(agent.commands.lookIntoFolder(KEY), pathsOf(['first', 'second']))).stdout.toString().split('\n')
    const isWhole = '81a4 1000000 1000'
    // The stream ends too early.
    expect((await host.exec(agent.commands.tarReceive(KEY), half)).code).not.toBe(0)
    const [first, second] = await look()
    expect(first).toBe(isWhole)
    expect(second).toMatch(/^81[0-9a-f]{2} [1-9]\d{5} \d+$/)
    // It is killed in the midst of the second.
    const place = join(host.root, 'folders', KEY, 'tree/second')
    rmSync(place)
    const channel = await host.transport.exec(agent.commands.tarReceive(KEY), { lane: 'stream' })
    channel.stdout.resume()
    channel.stderr.resume()
    channel.stdin.write(half)
    const written = () => statSync(place, { throwIfNoEntry: false })?.size ?? 0
    await waitFor(() => written() > 400_000, { what: 'a part of the second' })
    signalAll(
      host.processes().filter(pid => processArguments(pid)[0] === 'tar'),
      'SIGKILL',
    )
    await within(channel.end)
    expect((await look())[0]).toBe(isWhole)
    expect((await look())[1]).toMatch(/^81[0-9a-f]{2} [1-9]\d{5} \d+$/)
  })

  test('what a pattern matches is sent under names that say where', async () => {
    const host = makeAgentHost(shell)
    const agent = record(await host.open())
    const make = `mkdir -p out/deep 'o ut' && for n in a.log b.log -rf "it's" '[x]' 'q*'; do : >"out/$n"; done; : >out/deep/c.log; : >'o ut/d.log'; : >-rf; ln -s /etc/passwd out/link`
    const { id, workdir } = await runJob(agent, make)
    const names = async (pattern: string) => {
      const { code, stdout } = await host.exec(agent.commands.tarSend(id, pattern))
      if (code !== 0) return code
      return execFileSync('tar', ['-tf', '-', '--quoting-style=literal'], { input: stdout, encoding: 'utf8' })
        .trimEnd()
        .split('\n')
        .sort()
    }
    expect(await names('out/*.log')).toEqual(['a.log', 'b.log'])
    expect(await names('o*/*.log')).toEqual(['o ut/d.log', 'out/a.log', 'out/b.log'])
    expect(await names('out/deep/')).toEqual(['deep/', 'deep/c.log'])
    expect(await names('out/deep/c.log')).toEqual(['c.log'])
    expect(await names('-rf')).toEqual(['-rf'])
    expect(await names("out/it's")).toEqual(["it's"])
    expect(await names('out/[x]')).toEqual(['[x]'])
    expect(await names('out/q*')).toEqual(['q*'])
    expect(await names('out/link')).toEqual(['link'])
    expect(await names(`${workdir}/out/deep/*`)).toEqual(['c.log'])
    expect(await names(`../${id}/out/deep`)).toEqual(['deep/', 'deep/c.log'])
    expect(await names('nosuch*')).toBe(4)
    expect(await names('nosuch/x')).toBe(4)
    expect(await names('$(touch got)')).toBe(4)
    expect(existsSync(join(workdir, 'got'))).toBe(false)
  })

  test('a log is sent from any byte, and followed until we hang up', async () => {
    const host = makeAgentHost(shell)
    const agent = record(await host.open())
    execFileSync('mkfifo', [join(host.root, 'go')])
    // Opened once and for both: a second opening could meet the first line's writer, and its end.
    const spec = jobSpec('exec 5<>../../go; echo one; read x <&5; echo two; read x <&5; echo three; sleep 1000')
    await agent.start(spec)
    await waitFor(() => host.file(spec.id, 'output.log') === 'one\n')
    expect((await host.exec(agent.commands.log(spec.id, 1, false))).stdout.toString()).toBe('ne\n')
    expect((await host.exec(agent.commands.log(spec.id, 100, false))).stdout.toString()).toBe('')
    const channel = await host.transport.exec(agent.commands.log(spec.id, 2, true), { lane: 'stream' })
    let text = ''
    channel.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString()
    })
    channel.stderr.resume()
    await waitFor(() => text === 'e\n')
    writeFileSync(join(host.root, 'go'), '\n')
    await waitFor(() => text === 'e\ntwo\n')
    writeFileSync(join(host.root, 'go'), '\n')
    await waitFor(() => text === 'e\ntwo\nthree\n')
    const before = host.processes().length
    channel.stdin.end()
    await within(channel.end)
    await waitFor(() => host.processes().length < before, { what: 'tail to be gone' })
    expect((await host.exec(agent.commands.log(jobSpec('x').id, 0, false))).code).toBe(1)
  })
})

test('disk, its entries, and what goes: only the owner’s, and nothing that is in use', async () => {
  const { host, agent, tree } = await withCopy('dash')
  writeFileSync(join(tree, 'file'), 'x'.repeat(200_000))
  await agent.setFolderStamp(KEY, 's')
  await agent.makeSpare(KEY, 1e9)
  const other = await host.open({ owner: 'someone else' })
  await other.setFolderStamp('otherkey', 's')
  const [done, running] = [jobSpec('x').id, jobSpec('x').id]
  await agent.makeWorkdir(done, KEY)
  await agent.makeSpare(KEY, 1e9)
  await runJob(agent, 'true', { id: done })
  await agent.start(jobSpec('sleep 1000', { id: running }))
  await isRunning(agent, running)
  const foreign = await runJob(agent, 'true', { owner: 'someone else' })

  const disk = await agent.disk()
  expect(disk.freeBytes).toBeGreaterThan(0)
  for (const bytes of [disk.foldersBytes, disk.sparesBytes, disk.workdirsBytes]) expect(bytes).toBeGreaterThanOrEqual(200_000)
  const entries = await agent.diskEntries('me')
  expect(entries.map(({ kind, id }) => `${kind} ${id}`).sort()).toEqual(
    [`folder ${KEY}`, `spare ${KEY}`, `job ${done}`, `job ${running}`, `workdir ${done}`, `workdir ${running}`].sort(),
  )
  expect(entries.find(one => one.kind === 'spare')?.bytes).toBeGreaterThanOrEqual(200_000)
  for (const { usedAt } of entries) expect(Math.abs(usedAt - Date.now())).toBeLessThan(600_000)

  await agent.removeEntry('job', foreign.id)
  await agent.removeEntry('folder', 'otherkey')
  expect(await agent.stat(foreign.id)).not.toBeNull()
  expect(existsSync(join(host.root, 'folders/otherkey'))).toBe(true)
  await expect(agent.removeEntry('workdir', running)).rejects.toMatchObject({ code: 'CONFLICT' })
  await agent.removeEntry('spare', KEY)
  expect(await agent.folderStat(KEY)).toEqual({ stamp: 's', hasSpare: false })
  await agent.removeEntry('folder', KEY)
  await agent.removeEntry('workdir', done)
  await agent.removeEntry('job', done)
  expect((await agent.diskEntries('me')).map(one => one.id)).toEqual([running, running])
  expect(readdirSync(join(host.root, 'folders'))).toEqual(['otherkey'])
})

test('many jobs and workdirs are removed at once: of this owner, not at work; also what nobody may write to', async () => {
  const host = makeAgentHost()
  const agent = record(await host.open())
  const done = await runJob(agent, 'mkdir -p a/b && echo >a/b/c && chmod 500 a/b a .; ln -s / root')
  const other = await runJob(agent, 'true')
  const foreign = await runJob(agent, 'true', { owner: 'someone else' })
  const running = randomUUID()
  await agent.start(jobSpec('sleep 1000', { id: running }))
  await isRunning(agent, running)
  const ids = [done.id, foreign.id, running, other.id, randomUUID()]
  expect((await agent.removeEntries('workdir', ids)).sort()).toEqual([done.id, other.id].sort())
  expect(readdirSync(join(host.root, 'workdirs')).sort()).toEqual([foreign.id, running].sort())
  expect((await agent.removeEntries('job', ids)).sort()).toEqual([done.id, other.id].sort())
  expect((await agent.list()).map(({ id }) => id).sort()).toEqual([foreign.id, running].sort())
  expect(await agent.removeEntries('job', ids)).toEqual([])
})

test('remove takes the job and its workdir, also what nobody may write to; never while it runs', async () => {
  const host = makeAgentHost()
  const agent = record(await host.open())
  const job = await runJob(agent, 'mkdir -p a/b && echo >a/b/c && chmod 500 a/b a; ln -s / root')
  await agent.remove(job.id)
  expect(await agent.stat(job.id)).toBeNull()
  // Beside it stands where the agent writes jobs.
  expect(readdirSync(join(host.root, 'jobs')).filter(name => !name.startsWith('.new.'))).toEqual([])
  expect(readdirSync(join(host.root, 'workdirs'))).toEqual([])
  await agent.remove(job.id)
  const spec = jobSpec('sleep 1000')
  await agent.start(spec)
  await expect(agent.remove(spec.id)).rejects.toMatchObject({ code: 'CONFLICT' })
  expect((await agent.stat(spec.id))?.state).toMatch(/^(starting|running)$/)
})

test('everything is its user’s alone', async () => {
  const { host, agent } = await withCopy('dash')
  await runJob(agent, 'true', { terminal: { columns: 80, rows: 24 } })
  const { stdout } = await host.exec('find "$HOME/.drover" ! -type l ! -type p -perm /077')
  expect(stdout.toString()).toBe('')
})

async function withCopy(shell: (typeof SHELLS)[number]): Promise<{ host: AgentHost; agent: TestAgent; tree: string }> {
  const host = makeAgentHost(shell)
  const agent = record(await host.open())
  await agent.setFolderStamp(KEY, '')
  return { host, agent, tree: join(host.root, 'folders', KEY, 'tree') }
}

function pathsOf(paths: readonly string[]): Buffer {
  return Buffer.from(paths.map(path => `${path}\0`).join(''))
}

/** Locks are told by inode. */
function lockHolders(host: AgentHost): string[] {
  const inode = statSync(join(host.root, 'folders', KEY, 'lock'), { throwIfNoEntry: false })?.ino
  return readFileSync('/proc/locks', 'utf8')
    .split('\n')
    .filter(line => line.includes(`:${inode} `))
}
