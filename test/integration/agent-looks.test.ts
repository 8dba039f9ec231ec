/** What an agent tells of a job's log and files to whoever looks at them: search and listing, on a host of each shell. */
import { chmodSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { AgentClient } from '../../src/main/hosts/agent-client.ts'
import { listFiles } from '../../src/main/jobs/job-files.ts'
import { type LogQuery, PART_BYTES, searchLog } from '../../src/main/jobs/log-search.ts'
import { type AgentHost, jobSpec, makeAgentHost, record, runJob, SHELLS } from '../helpers/agent-host.ts'

const QUERY: LogQuery = { pattern: 'x', isRegex: false, ignoreCase: false, fromByte: 0, limit: 100 }

describe.each(SHELLS)('looking at a job in %s', shell => {
  test('a search tells each line that matches, with its place and its beginning', async () => {
    const { search } = await withLog(shell, `plain\na.b [x] $HOME '\naxb ERROR: no\n\0nul error\nlast é error`)
    expect(await search({ pattern: 'a.b' })).toEqual({
      matches: [{ byte: 6, text: "a.b [x] $HOME '" }],
      searchedTo: 60,
      logBytes: 60,
    })
    expect(await bytes(search({ pattern: "[x] $HOME '" }))).toEqual([6])
    expect(await bytes(search({ pattern: 'a.b', isRegex: true }))).toEqual([6, 22])
    expect(await bytes(search({ pattern: 'error' }))).toEqual([36, 47])
    expect(await bytes(search({ pattern: 'error', ignoreCase: true }))).toEqual([22, 36, 47])
    expect(await bytes(search({ pattern: 'ERR|nul', isRegex: true }))).toEqual([22, 36])
    expect((await search({ pattern: 'last' })).matches).toEqual([{ byte: 47, text: 'last é error' }])
    expect(await bytes(search({ pattern: '-v' }))).toEqual([])
    await expect(search({ pattern: 'a(', isRegex: true })).rejects.toMatchObject({ code: 'BAD_INPUT' })
    await expect(search({ pattern: 'x', fromByte: 1000 })).resolves.toMatchObject({ matches: [], logBytes: 1000 })
  })

  test('each state of a progress bar is a line, and a line that is too long is cut', async () => {
    const { search } = await withLog(shell, `10 %\r20 %\rdone\n${'y'.repeat(3000)}\n`)
    expect((await search({ pattern: 'done' })).matches).toEqual([{ byte: 10, text: 'done' }])
    expect((await search({ pattern: 'yy' })).matches).toEqual([{ byte: 15, text: 'y'.repeat(500), isCut: true }])
  })

  test('a search goes on where it stood, and finds nothing twice', async () => {
    const { search } = await withLog(shell, 'hit 1\nhit 2\nhit 3\nend\n')
    const first = await search({ pattern: 'hit', limit: 2 })
    expect(first).toMatchObject({ matches: [{ byte: 0 }, { byte: 6 }], searchedTo: 12, logBytes: 22 })
    expect(await bytes(search({ pattern: 'hit', fromByte: first.searchedTo }))).toEqual([12])
    // In the midst of a line that matches: that one began before.
    expect(await bytes(search({ pattern: 'i', fromByte: 7 }))).toEqual([12])
  })

  test('a folder is listed with types, sizes and times, whatever its names are', async () => {
    const { host, agent, id, workdir } = await withLog(shell, '')
    mkdirSync(join(workdir, 'sub dir/inner'), { recursive: true })
    for (const name of ['a b', '-rf', '*', 'line\nend 81a4 1 1 fake', 'é', '.hidden', '=x']) {
      writeFileSync(join(workdir, 'sub dir', name), name)
    }
    chmodSync(join(workdir, 'sub dir/*'), 0o755)
    symlinkSync('/etc', join(workdir, 'sub dir/link'))
    utimesSync(join(workdir, 'sub dir/é'), 1000, 1000)
    const list = (path: string) => listFiles('h1', { agent, transport: host.transport } as never, { jobId: id, path })
    const { files, isCut } = await list('sub dir')
    expect(isCut).toBe(false)
    expect(files.map(({ name, type }) => `${type} ${name}`)).toEqual([
      'folder inner',
      'file *',
      'file -rf',
      'file .hidden',
      'file =x',
      'file a b',
      'file line\nend 81a4 1 1 fake',
      'link link',
      'file é',
    ])
    expect(files.find(({ name }) => name === 'é')).toMatchObject({ sizeBytes: 2, modifiedAt: 1_000_000 })
    expect((await list('sub dir/inner')).files).toEqual([])
    expect((await list('')).files.map(({ name }) => name)).toEqual(['sub dir'])
    await expect(list('nosuch')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(list('-rf')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})

test('a log longer than a part is searched part by part, and a line across two is found once', async () => {
  const line = `${'.'.repeat(1023)}\n`
  const part = line.repeat(PART_BYTES / line.length)
  // The needle itself lies across the end of the first part.
  const { search } = await withLog('dash', `${part.slice(0, -4)}\nneedle over the border\nsecond needle\n`)
  const first = await search({ pattern: 'needle' })
  expect(first).toMatchObject({ matches: [{ byte: PART_BYTES - 3 }], searchedTo: PART_BYTES })
  const second = await search({ pattern: 'needle', fromByte: first.searchedTo })
  expect(second).toMatchObject({ matches: [{ byte: PART_BYTES + 20 }], searchedTo: second.logBytes })
})

async function bytes(found: ReturnType<typeof searchLog>): Promise<number[]> {
  return (await found).matches.map(({ byte }) => byte)
}

/** A job that has ended, and whose log then holds this. */
async function withLog(shell: (typeof SHELLS)[number], log: string) {
  const host: AgentHost = makeAgentHost(shell)
  const agent: AgentClient = record(await host.open())
  const spec = jobSpec('true')
  const { workdir } = await runJob(agent as never, 'true', { id: spec.id })
  writeFileSync(join(host.root, 'jobs', spec.id, 'output.log'), log)
  const search = (query: Partial<LogQuery>) =>
    searchLog('h1', { agent, transport: host.transport } as never, spec.id, { ...QUERY, ...query })
  return { host, agent, id: spec.id, workdir, search }
}
