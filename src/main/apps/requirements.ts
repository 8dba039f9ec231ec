/** What must be so on a host before an app is begun there. Each says what is wrong, where, and what to do. */
import { AppError } from '../../shared/errors.ts'
import type { Probe } from './host-probe.ts'
import { hasNewInstance } from './single-instance.ts'

type Checked = { host: string; program: string | null; probe: Probe }

/** @throws {AppError} `MISSING_TOOL` */
export function requireInstalled({ host, program, probe }: Checked): void {
  if (probe.isInstalled || program === null) return
  throw new AppError('MISSING_TOOL', `${program} is not installed on ${host}: its login shell does not find it`, {
    details: { tool: program, host },
  })
}

/** @throws {AppError} `MISSING_TOOL` without waypipe, `CONFLICT` for an app that cannot be drawn by it. */
export function requireWaypipe({ host, program, probe }: Checked): void {
  if (probe.isX11Only) {
    throw new AppError(
      'CONFLICT',
      `${program ?? 'This app'} on ${host} draws by X11 only, and windows come from hosts by Wayland. It runs with: --on local`,
    )
  }
  if (probe.waypipe !== null) return
  const install = probe.install?.('waypipe') ?? null
  throw new AppError('MISSING_TOOL', `waypipe is not installed on ${host}, and it brings the windows from there`, {
    details: { tool: 'waypipe', host, ...(install !== null && { install: `ssh -t ${host} sudo ${install}` }) },
  })
}

/** Another launch by Drover opens its window where the first one's is, which is here. @throws {AppError} `CONFLICT` */
export function requireOwnInstance({ host, program, probe, isOurs }: Checked & { isOurs(jobId: string): boolean }): void {
  const other = probe.running.find(({ jobId }) => jobId === null || !isOurs(jobId))
  if (other === undefined || program === null) return
  const own = hasNewInstance(program) ? ' An instance of its own, with its own profile: --new-instance.' : ''
  throw new AppError(
    'CONFLICT',
    `${program} runs on ${host} already (PID ${other.pid}), and would open its window there, not here.${own} Another host: --on HOST`,
    { details: { host, pid: other.pid } },
  )
}
