/** `drover daemon [start|stop|restart|run|status|install|remove]`: the core as a process. */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import type { JobCounts } from '../../shared/contract.ts'
import { AppError } from '../../shared/errors.ts'
import { ageText, counted } from '../../shared/format.ts'
import { visible } from '../../shared/visible.ts'
import type { Args } from '../args.ts'
import type { Cli } from '../cli.ts'
import { delay } from '../delay.ts'
import { connectToCore } from '../find-core.ts'
import { coreCommand } from '../start-core.ts'
import { installedUnit, stopUnit, unitPid } from '../user-unit.ts'
import { install, remove } from './daemon-unit.ts'

const STOP_TIMEOUT_MS = 15_000

export async function run(cli: Cli, args: Args): Promise<number> {
  switch (args.operand('ACTION')) {
    case 'start':
      return await start(cli)
    case 'stop':
      return await stop(cli)
    case 'restart':
      if (await isRunning(cli)) await stop(cli)
      return await start(cli)
    case 'run':
      return await runInForeground(cli)
    case 'install':
      return await install(cli, async () => {
        if (await isRunning(cli)) await end(cli)
      })
    case 'remove':
      return await remove(cli)
    default:
      return await tell(cli)
  }
}

async function isRunning(cli: Cli): Promise<boolean> {
  const socket = await connectToCore(cli.env)
  socket?.destroy()
  return socket !== null
}

async function tell(cli: Cli): Promise<number> {
  const unit = installedUnit(cli.env)
  if (!(await isRunning(cli))) {
    if (cli.out.isJson) cli.out.json({ isRunning: false })
    else cli.out.line(unit === null ? 'No core runs.' : `No core runs. The next command starts it by systemd: ${visible(unit)}`)
    return 1
  }
  if (unit !== null && !cli.out.isJson) {
    const { pid } = await cli.call('core.status', {})
    if ((await unitPid(cli.env)) === pid) cli.out.line(`systemd keeps it running: ${visible(unit)}`)
    else cli.out.line(`It runs beside its unit ${visible(unit)}, and nobody starts it again. Mend it: drover daemon restart`)
  }
  return await start(cli)
}

/** Any call starts the core. */
async function start(cli: Cli): Promise<number> {
  const { version, pid, startedAt } = await cli.call('core.status', {})
  if (cli.out.isJson) cli.out.json({ isRunning: true, version, pid, startedAt })
  else cli.out.line(`The core runs: version ${version}, process ${pid}, up ${ageText(cli.now() - startedAt)}`)
  return 0
}

async function stop(cli: Cli): Promise<number> {
  if (!(await isRunning(cli))) {
    await stopUnit(cli.env)
    if (cli.out.isJson) cli.out.json({ isRunning: false })
    else cli.out.line('No core runs.')
    return 0
  }
  const jobs = await end(cli)
  await stopUnit(cli.env)
  if (cli.out.isJson) cli.out.json({ isRunning: false, ...jobs })
  else cli.out.line(['The core has ended', ...whatBecomesOf(jobs)].join('; '))
  return 0
}

async function end(cli: Cli): Promise<JobCounts> {
  const { pid } = await cli.call('core.status', {})
  const jobs = await cli.call('core.stop', {})
  const deadline = performance.now() + STOP_TIMEOUT_MS
  // Its socket goes first, its hold on the database last.
  while ((await isRunning(cli)) || isAlive(pid)) {
    if (performance.now() > deadline) throw new AppError('TIMEOUT', `The core has not ended in ${STOP_TIMEOUT_MS / 1000} s`)
    await delay(20)
  }
  return jobs
}

/** Only what its host has been told to run goes on without a core. */
function whatBecomesOf({ runningJobs, comingJobs, unknownJobs }: JobCounts): string[] {
  const waiting = comingJobs.queued + comingJobs.syncing + comingJobs.starting
  return [
    ...(runningJobs > 0 ? [counted(runningJobs, 'job goes on', 'jobs go on')] : []),
    ...(waiting > 0 ? [counted(waiting, 'job waits for the next core', 'jobs wait for the next core')] : []),
    ...(unknownJobs > 0 ? [counted(unknownJobs, 'job is unknown', 'jobs are unknown')] : []),
  ]
}

/** A dead process that nobody has asked for is dead, and signals do not tell. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))
  } catch (error) {
    // Without /proc only the signal tells.
    return (error as NodeJS.ErrnoException).code === 'ENOENT' && !existsSync('/proc/self')
  }
}

/** Ctrl+C reaches the core itself; we only hand on its exit code. */
function runInForeground(cli: Cli): Promise<number> {
  const { file, args, env } = coreCommand(cli.env)
  const core = spawn(file, [...args, '--foreground'], { env, stdio: 'inherit' })
  const ignore = () => undefined
  const pass = () => core.kill('SIGTERM')
  process.on('SIGINT', ignore).on('SIGTERM', pass).on('SIGHUP', pass)
  return new Promise((resolve, reject) => {
    core.once('error', reject)
    core.once('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 1)))
  })
}
