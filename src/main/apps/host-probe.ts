/**
 * Asks a host what an app needs there: whether the login shell finds it, what waypipe is there, whether it runs already. One question, and
 * a short memory of good answers, so that a second launch asks nothing.
 */
import { AppError } from '../../shared/errors.ts'
import { shellJoin, shellQuote } from '../../shared/shell-quote.ts'
import type { Live } from '../hosts/host-link.ts'
import { run } from '../hosts/transport.ts'
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

/**
 * `$P` the program, empty for none; `$R` names of processes, one after another. A builtin or a function is found as well, as it would be run.
 * What waypipe says comes as it is, between marks.
 */
const ASK = String.raw`
if [ -z "$P" ]; then echo installed; elif a=$(command -v -- "$P" 2>/dev/null); then
  echo installed
  case $a in /*)
    l=$(ldd "$a" 2>/dev/null)
    printf '%s' "$l" | grep -qE 'libX11|libxcb|libgtk-x11' && ! printf '%s' "$l" | grep -qE '${KNOWS_WAYLAND}' && echo x11
  ;; esac
fi
for i in apt-get dnf pacman zypper apk; do command -v $i >/dev/null 2>&1 && echo "install $i" && break; done
for n in $R; do
  for p in $(grep -lsx -e "$n" /proc/[0-9]*/comm); do
    p=$(basename "$(dirname "$p")")
    [ -O "/proc/$p" ] || continue
    j=$(tr '\0' '\n' <"/proc/$p/environ" 2>/dev/null | sed -n 's/^DROVER_JOB=//p' | head -n 1)
    echo "running $p $j"
  done
done
waypipe --version 2>/dev/null | sed 's/^/waypipe: /'
`

export class HostProbes {
  /** By the agent that answered: a host that was away is asked anew. */
  readonly #known = new WeakMap<Live['agent'], Map<string, { at: number; probe: Probe }>>()

  /** `processes`: names of its running ones to look for. Only then is the host asked at each launch. */
  async ask({ host, live }: Asked, program: string | null, processes: readonly string[]): Promise<Probe> {
    const known = this.#known.get(live.agent) ?? new Map<string, { at: number; probe: Probe }>()
    this.#known.set(live.agent, known)
    const before = known.get(program ?? '')
    if (before && processes.length === 0 && performance.now() - before.at < KEPT_MS) return before.probe
    const probe = await answerOf({ host, live }, probeCommand(live, program, processes))
    const at = performance.now()
    if (probe.isInstalled) known.set(program ?? '', { at, probe })
    // Of no program at all, the same answer tells what waypipe is there.
    if (probe.waypipe !== null) known.set('', { at, probe: { ...probe, isInstalled: true, isX11Only: false, running: [] } })
    return probe
  }
}

/** Of a host that gave no answer nothing is known: not that it lacks the app. */
async function answerOf({ host, live: { transport, agent } }: Asked, command: string): Promise<Probe> {
  const signal = AbortSignal.timeout(ANSWER_MS)
  const { code, stdout, stderr } = await run(transport, command, { maxBytes: MAX_ANSWER_BYTES, signal })
  const probe = parseProbe(stdout.toString())
  if (probe && code !== null) return probe
  if (signal.aborted)
    throw new AppError('TIMEOUT', `The login shell of ${host} (${agent.info.shell}) did not answer in ${ANSWER_MS / 1000} s`)
  if (code === null) throw new AppError('HOST_UNREACHABLE', `The connection to ${host} broke while it was asked what it has`)
  const said = stderr.trim().split('\n').at(-1) || `exit code ${code}`
  throw new AppError('HOST_ERROR', `The login shell of ${host} (${agent.info.shell}) does not say what it has: ${said}`)
}

/** Through the login shell, which knows where programs are. What a profile prints comes before the mark. */
function probeCommand({ agent }: Live, program: string | null, processes: readonly string[]): string {
  const shell = agent.info.shell
  const asked = [
    `P=${shellQuote(program ?? '')}`,
    `R=${shellQuote(processes.join(' '))}`,
    'export P R',
    `A=${shellQuote(`echo ${MARK}${ASK}`)}; export A`,
  ]
  const name = shell.slice(shell.lastIndexOf('/') + 1)
  const inner = 'exec /bin/sh -c "$A"'
  const words =
    name === 'csh' || name === 'tcsh'
      ? [shell, '-c', inner]
      : name === 'busybox'
        ? [shell, 'sh', '-l', '-c', inner]
        : [shell, '-l', '-c', inner]
  return `${asked.join('; ')}; exec ${shellJoin(words)}`
}

const MARK = 'drover-probe'

/** Null for what is no answer. */
export function parseProbe(said: string): Probe | null {
  const at = said.lastIndexOf(`${MARK}\n`)
  if (at < 0) return null
  const lines = said.slice(at + MARK.length + 1).split('\n')
  const installer = lines.map(line => /^install ([a-z-]+)$/.exec(line)?.[1]).find(name => name !== undefined)
  const command = installer !== undefined && Object.hasOwn(INSTALLERS, installer) ? INSTALLERS[installer] : undefined
  const waypipe = lines.flatMap(line => (line.startsWith('waypipe: ') ? [line.slice('waypipe: '.length)] : []))
  return {
    isInstalled: lines.includes('installed'),
    isX11Only: lines.includes('x11'),
    waypipe: parseWaypipeVersion(waypipe.join('\n')),
    running: lines.flatMap(runningOf).slice(0, MAX_RUNNING),
    install: command === undefined ? null : packageName => `${command} ${packageName}`,
  }
}

function runningOf(line: string): Probe['running'] {
  const [, pid, jobId] = /^running (\d{1,10}) ([0-9a-f-]{36})?$/.exec(line) ?? []
  return pid === undefined ? [] : [{ pid: Number(pid), jobId: jobId ?? null }]
}
