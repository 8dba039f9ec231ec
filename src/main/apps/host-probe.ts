/**
 * Asks a host what an app needs there: whether the login shell finds it, and what waypipe is there, with a short memory of good answers, so
 * that a second launch asks nothing; and of some apps whether they run already, which is asked each time.
 */
import { AppError } from '../../shared/errors.ts'
import { shellQuote } from '../../shared/shell-quote.ts'
import type { Live } from '../hosts/host-link.ts'
import { run } from '../hosts/transport.ts'
import { byLoginShell } from './by-login-shell.ts'
import { parseWaypipeVersion, type WaypipeVersion } from './waypipe-version.ts'

export type Probe = {
  /** False only when the shell was asked, and does not know it. */
  isInstalled: boolean
  waypipe: WaypipeVersion | null
  /** It draws by X11 only, as the libraries that it is linked with say. */
  isX11Only: boolean
  /** Its processes of this user, and the job that each is of. */
  running: { pid: number; jobId: string | null }[]
  /** The line that installs packages there; null where none is known. */
  install: ((packageName: string) => string) | null
}

type Asked = { host: string; live: Live }
type Known = { at: number; probe: Omit<Probe, 'running'> }

const MAX_ANSWER_BYTES = 64 * 1024
/** A profile may take its time. */
const ANSWER_MS = 30_000
const KEPT_MS = 5 * 60_000
const MAX_RUNNING = 100

const INSTALLERS: Readonly<Record<string, string>> = {
  'apt-get': 'apt-get install',
  dnf: 'dnf install',
  pacman: 'pacman -S',
  zypper: 'zypper install',
  apk: 'apk add',
}
/** With any of these a program may draw by Wayland, be it only when it is asked to. */
const KNOWS_WAYLAND = 'libwayland-client|libgtk-3|libgtk-4|libQt5Gui|libQt6Gui|libSDL2|libglfw'

/** `$P`: the program, empty for none. A builtin or a function is found as well, as it would be run. What waypipe says comes as it is. */
const ASK = `
if [ -z "$P" ]; then echo installed; elif a=$(command -v -- "$P" 2>/dev/null); then
  echo installed
  case $a in /*)
    l=$(ldd "$a" 2>/dev/null)
    printf '%s' "$l" | grep -qE 'libX11|libxcb|libgtk-x11' && ! printf '%s' "$l" | grep -qE '${KNOWS_WAYLAND}' && echo x11
  ;; esac
fi
for i in apt-get dnf pacman zypper apk; do command -v $i >/dev/null 2>&1 && echo "install $i" && break; done
waypipe --version 2>/dev/null | sed 's/^/waypipe: /'
`

/** `$R`: names of processes, one after another. Each that runs with its job. */
const LOOK = String.raw`
for n in $R; do
  for p in $(grep -lsx -e "$n" /proc/[0-9]*/comm); do
    p=$(basename "$(dirname "$p")")
    [ -O "/proc/$p" ] || continue
    j=$(tr '\0' '\n' <"/proc/$p/environ" 2>/dev/null | sed -n 's/^DROVER_JOB=//p' | head -n 1)
    echo "running $p $j"
  done
done
`

export class HostProbes {
  /** By the agent that answered: a host that was away is asked anew. */
  readonly #known = new WeakMap<Live['agent'], Map<string, Known>>()

  /** `processes`: names of its running ones to look for. Only then is the host asked at each launch, and only for these. */
  async ask(asked: Asked, program: string | null, processes: readonly string[]): Promise<Probe> {
    const [probe, running] = await Promise.all([this.#probe(asked, program), lookForRunning(asked, processes)])
    return { ...probe, running }
  }

  async #probe(asked: Asked, program: string | null): Promise<Omit<Probe, 'running'>> {
    const { agent } = asked.live
    const known = this.#known.get(agent) ?? new Map<string, Known>()
    this.#known.set(agent, known)
    const before = known.get(program ?? '')
    if (before && performance.now() - before.at < KEPT_MS) return before.probe
    // Through the login shell, which knows where programs are; what its profile prints comes before the mark.
    const { stdout, why } = await answerTo(asked, byLoginShell(agent.info.shell, `echo ${MARK}${ASK}`, { P: program ?? '' }))
    const probe = parseProbe(stdout)
    // Of a host that gave no answer nothing is known: not that it lacks the app.
    if (!probe)
      throw new AppError('HOST_ERROR', `The login shell of ${asked.host} (${agent.info.shell}) does not say what it has: ${why}`)
    const at = performance.now()
    if (probe.isInstalled) known.set(program ?? '', { at, probe })
    // Of no program at all, the same answer tells what waypipe is there.
    if (probe.waypipe !== null) known.set('', { at, probe: { ...probe, isInstalled: true, isX11Only: false } })
    return probe
  }
}

async function lookForRunning(asked: Asked, processes: readonly string[]): Promise<Probe['running']> {
  if (processes.length === 0) return []
  return parseRunning((await answerTo(asked, `R=${shellQuote(processes.join(' '))}${LOOK}`)).stdout)
}

/** @throws {AppError} if it does not come whole. */
async function answerTo({ host, live }: Asked, command: string): Promise<{ stdout: string; why: string }> {
  const signal = AbortSignal.timeout(ANSWER_MS)
  const { code, stdout, stderr } = await run(live.transport, command, { maxBytes: MAX_ANSWER_BYTES, signal })
  if (code === null) {
    const { shell } = live.agent.info
    if (signal.aborted)
      throw new AppError('TIMEOUT', `The login shell of ${host} (${shell}) did not answer in ${ANSWER_MS / 1000} s`)
    throw new AppError('HOST_UNREACHABLE', `The connection to ${host} broke while it was asked what it has`)
  }
  return { stdout: stdout.toString(), why: stderr.trim().split('\n').at(-1) || `exit code ${code}` }
}

const MARK = 'drover-probe'

/** Null for what is no answer. */
export function parseProbe(answer: string): Known['probe'] | null {
  const at = answer.lastIndexOf(`${MARK}\n`)
  if (at < 0) return null
  const lines = answer.slice(at + MARK.length + 1).split('\n')
  const installer = lines.map(line => /^install ([a-z-]+)$/.exec(line)?.[1]).find(name => name !== undefined)
  const command = installer !== undefined && Object.hasOwn(INSTALLERS, installer) ? INSTALLERS[installer] : undefined
  const waypipe = lines.flatMap(line => (line.startsWith('waypipe: ') ? [line.slice('waypipe: '.length)] : []))
  return {
    isInstalled: lines.includes('installed'),
    isX11Only: lines.includes('x11'),
    waypipe: parseWaypipeVersion(waypipe.join('\n')),
    install: command === undefined ? null : packageName => `${command} ${packageName}`,
  }
}

export function parseRunning(answer: string): Probe['running'] {
  return answer.split('\n').flatMap(runningOf).slice(0, MAX_RUNNING)
}

function runningOf(line: string): Probe['running'] {
  const [, pid, jobId] = /^running (\d{1,10}) ([0-9a-f-]{36})?$/.exec(line) ?? []
  return pid === undefined ? [] : [{ pid: Number(pid), jobId: jobId ?? null }]
}
