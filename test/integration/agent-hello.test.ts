/** What an agent says of its host's tools, in each shell: their versions, and of one that hangs or is broken that it is of no use. */
import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type AgentHost, makeAgentHost, record, runJob, SHELLS } from '../helpers/agent-host.ts'
import { descendants, pidsWithEnv, processArguments } from '../helpers/processes.ts'
import { waitFor, within } from '../helpers/wait.ts'

/** Tools that answer in other ways than they should. */
const TOOLS = {
  hanging: 'exec sleep 1000',
  'hanging in a child': 'sleep 1000',
  'waiting for input': 'exec cat',
  broken: 'echo "tmux: error while loading shared libraries" >&2; exit 127',
  chattering: 'echo "Welcome to a wrapper"; exit 0',
}

/** The clock by which the agent waits for its tools, ten seconds a strike, goes five times as fast. */
const SHORT_SLEEP = '[ "$1" != 10 ] || set -- 2; exec /bin/sleep "$@"'

describe.each(SHELLS)('with %s', shell => {
  test('the versions of tmux and rsync', async () => {
    const { info } = await makeAgentHost(shell).open()
    expect(info.tmux).toMatch(/^\d+\.\d+[a-z]?$/)
    expect(info.rsync).toMatch(/^\d+\.\d+\.\d+$/)
  })

  test('nothing that it asked is left to it, alive or dead', async () => {
    const host = makeAgentHost(shell)
    await host.open()
    const [agent = 0] = host.agents()
    // What it does at leisure goes on beside it.
    await waitFor(() => descendants(agent).length === 0, { timeoutMs: 20_000, what: 'its children to be gone' })
    const fifos = readdirSync(join(host.root, 'events')).filter(name => /^[vw]\./.test(name))
    expect(fifos).toEqual([`w.${agent}`])
    expect(statSync(join(host.root, 'events', `w.${agent}`)).isFIFO()).toBe(true)
  })

  test('a tool that hangs, is broken or says something else holds up nobody, and takes nothing from the other', async () => {
    const tried = [
      ...Object.values(TOOLS).map(script => ({ tmux: script, rsync: script })),
      { tmux: TOOLS.hanging },
      { rsync: TOOLS.hanging },
    ]
    // At once, since the agent waits for those that hang.
    const answers = tried.map(async (scripts: { tmux?: string; rsync?: string }) => {
      const host = makeAgentHost(shell)
      for (const [tool, script] of Object.entries({ ...scripts, sleep: SHORT_SLEEP })) bring(host, tool, script)
      const agent = record(await within(host.open(), { timeoutMs: 90_000, what: 'the hello' }))
      expect(await runJob(agent, 'exit 4')).toMatchObject({ state: 'ended', exitCode: 4 })
      const left = () => pidsWithEnv(`DROVER_TEST_HOST=${host.env.DROVER_TEST_HOST}`).filter(pid => isTool(pid, host))
      await waitFor(() => left().length === 0, { timeoutMs: 20_000, what: 'the tools to be gone' })
      expect(readdirSync(join(host.root, 'events')).filter(name => name.startsWith('v.'))).toEqual([])
      const { tmux, rsync } = agent.info
      return { tmux, rsync }
    })
    const none = { tmux: '', rsync: '' }
    const version = expect.stringMatching(/^\d/)
    expect(await Promise.all(answers)).toEqual([
      ...Object.keys(TOOLS).map(() => none),
      { tmux: '', rsync: version },
      { tmux: version, rsync: '' },
    ])
  })
})

/** Puts a script in place of a tool of this host. */
function bring(host: AgentHost, tool: string, script: string): void {
  const path = join(binOf(host), tool)
  // It may be a link to a program of this machine, which is not to be written to.
  rmSync(path, { force: true })
  writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755, flag: 'wx' })
}

function binOf(host: AgentHost): string {
  return host.env.PATH?.split(':')[0] ?? ''
}

function isTool(pid: number, host: AgentHost): boolean {
  return processArguments(pid).some(word => word.startsWith(binOf(host)) && /(tmux|rsync)$/.test(word))
}
