/** What is missing where, and how to get it: every finding names the thing, its consequence and the next step. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Finding, ServerView } from '../../shared/contract.ts'
import { shellQuote } from '../../shared/shell-quote.ts'
import type { Agent } from '../hosts/agent.ts'
import type { HostLink } from '../hosts/host-link.ts'
import { isLoopback } from '../loopback.ts'

const LOCAL_TOOLS = [
  { tool: 'ssh', argument: '-V', install: 'openssh-client', without: 'no host but local can be used' },
  {
    tool: 'ssh-keygen',
    argument: '-?',
    install: 'openssh-client',
    without: 'host keys cannot be checked, so no host can be used',
  },
  { tool: 'git', argument: '--version', install: 'git', without: 'ignore rules cannot be asked for when a folder is pushed' },
  { tool: 'rsync', argument: '--version', install: 'rsync', without: 'folders are sent as tar, which is slower' },
  { tool: 'tmux', argument: '-V', install: 'tmux', without: 'jobs on local run without a terminal' },
  { tool: 'waypipe', argument: '--version', install: 'waypipe', without: 'apps of other hosts cannot show their windows' },
] as const
const CLOCK_OFF_MS = 60_000
const DISK_LOW_BYTES = 1024 ** 3

export type ExamineOptions = {
  links: readonly HostLink[]
  configError: string | null
  /** Why what was done is not written, or not where it would be found. */
  databaseError: string | null
  /** Where the window is, or would be, served. */
  webPlace: { readonly address: string; readonly port: number }
  servers: readonly ServerView[]
}

export async function examine({ links, configError, databaseError, webPlace, servers }: ExamineOptions): Promise<Finding[]> {
  const config: Finding[] = configError
    ? [
        {
          level: 'error',
          host: null,
          subject: 'config',
          message: `${configError}; the last good config is in force`,
          fix: 'drover config edit',
        },
      ]
    : [{ level: 'ok', host: null, subject: 'config', message: 'can be read', fix: null }]
  const found = await Promise.all([...LOCAL_TOOLS.map(examineTool), ...links.map(examineHost)])
  const database: Finding[] =
    databaseError === null
      ? []
      : [
          {
            level: 'error',
            host: null,
            subject: 'database',
            message: databaseError,
            fix: null,
          },
        ]
  return [...config, ...database, ...examineWeb(webPlace), ...servers.flatMap(examineServer), ...found.flat()]
}

function examineWeb({ address, port }: ExamineOptions['webPlace']): Finding[] {
  if (isLoopback(address)) return []
  const message = `other computers can reach the window at ${address}, over a way that is not encrypted`
  const fix = `drover config set web.address 127.0.0.1, and from the other computer: ssh -L ${port}:127.0.0.1:${port}`
  return [{ level: 'warning', host: null, subject: 'web.address', message, fix }]
}

/** One that is served needs no word, as it is no part of what has to be there. */
function examineServer({ folder, problem }: ServerView): Finding[] {
  if (problem === null) return []
  const message = `${folder} is not served: ${problem}`
  return [{ level: 'error', host: null, subject: 'server', message, fix: `drover server ${shellQuote(folder)}` }]
}

async function examineTool({ tool, argument, install, without }: (typeof LOCAL_TOOLS)[number]): Promise<Finding[]> {
  const missing = await promisify(execFile)(tool, [argument], { timeout: 5_000 }).then(
    () => null,
    // Any exit code shows that it is there.
    error => (error.code === 'ENOENT' ? 'is not installed' : error.killed ? 'does not answer' : null),
  )
  if (missing === null) return [{ level: 'ok', host: null, subject: tool, message: 'is installed here', fix: null }]
  const fix = missing === 'does not answer' ? `see what ${tool} ${argument} says` : `apt install ${install}`
  return [{ level: 'warning', host: null, subject: tool, message: `${missing} here: ${without}`, fix }]
}

async function examineHost(link: HostLink): Promise<Finding[]> {
  const host = link.name
  try {
    const { agent } = await link.ready()
    const { freeBytes } = await agent.disk()
    const findings = examineAgent(host, agent)
    if (freeBytes < DISK_LOW_BYTES) {
      findings.push({
        level: 'warning',
        host,
        subject: 'disk',
        message: `has only ${Math.round(freeBytes / 2 ** 20)} MiB free`,
        fix: `drover gc --host ${host}`,
      })
    }
    return findings.length > 0 ? findings : [{ level: 'ok', host, subject: 'host', message: 'is ready', fix: null }]
  } catch (error) {
    const fix = link.status.state === 'refused' ? `drover host test ${host}` : null
    return [{ level: 'error', host, subject: 'connection', message: error instanceof Error ? error.message : String(error), fix }]
  }
}

function examineAgent(host: string, { info, clockOffsetMs }: Agent): Finding[] {
  const findings: Finding[] = []
  const warn = (subject: string, message: string, fix: string | null) =>
    findings.push({ level: 'warning', host, subject, message, fix })
  const need = (tool: 'tmux' | 'rsync', without: string) => {
    if (info[tool] === null) warn(tool, `is not installed there: ${without}`, `on ${host}: apt install ${tool}`)
    if (info[tool] === '') warn(tool, `does not answer there: ${without}`, `on ${host}: see what ${tool} -V says`)
  }
  need('tmux', 'jobs run without a terminal')
  if (host !== 'local') need('rsync', 'folders are sent as tar, which is slower')
  if (Math.abs(clockOffsetMs) > CLOCK_OFF_MS) {
    warn(
      'clock',
      `is ${Math.round(clockOffsetMs / 1000)} s off ours: times shown are corrected, but tools there may be confused`,
      `on ${host}: timedatectl set-ntp true`,
    )
  }
  return findings
}
