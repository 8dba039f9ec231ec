/** The unit of ours that keeps a core running for this user: whether there is one, whether it is this core's, and starting and ending it. */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { AppError } from '../shared/errors.ts'
import { pathsOf } from './find-core.ts'
import { askSystemctl, hasManager, systemctl } from './systemctl.ts'
import { isOurUnit, isUnitFor, UNIT_NAME } from './systemd-unit.ts'

export function unitPath(env: NodeJS.ProcessEnv): string {
  return join(dirname(dirname(pathsOf(env).configFile)), 'systemd/user', UNIT_NAME)
}

/** Null if there is none, or one that is not ours. */
export function installedUnit(env: NodeJS.ProcessEnv): string | null {
  const path = unitPath(env)
  const text = readUnit(path)
  return text !== null && isOurUnit(text) ? path : null
}

/**
 * Begins the core by its unit, so that none runs beside that. False where there is no such unit, or no manager; the core's own words on why
 * it does not start are heard by starting it oneself.
 */
export async function startByUnit(env: NodeJS.ProcessEnv): Promise<boolean> {
  if (!(await isManaged(env))) return false
  // Whoever asks for it is no loop that is to be broken.
  await askSystemctl(env, 'reset-failed', UNIT_NAME)
  return (await askSystemctl(env, 'start', UNIT_NAME)).stderr === null
}

/** It runs, or has run and is not tried again at this moment. */
export async function isUnitUp(env: NodeJS.ProcessEnv): Promise<boolean> {
  return (await askSystemctl(env, 'is-active', UNIT_NAME)).stdout === 'active'
}

/** A core that ends is not started again from here on, also one that failed and waits to be. @throws {AppError} `INTERNAL` */
export async function stopUnit(env: NodeJS.ProcessEnv): Promise<void> {
  if (await isManaged(env)) await systemctl(env, 'stop', UNIT_NAME)
}

/** The process of the unit; null where it has none. */
export async function unitPid(env: NodeJS.ProcessEnv): Promise<number | null> {
  return Number((await askSystemctl(env, 'show', '-P', 'MainPID', UNIT_NAME)).stdout) || null
}

/** One that keeps its files elsewhere is another core's. */
async function isManaged(env: NodeJS.ProcessEnv): Promise<boolean> {
  const path = installedUnit(env)
  return path !== null && isUnitFor(readUnit(path) ?? '', env) && (await hasManager(env))
}

/** Null if it is not there. @throws {AppError} `BAD_CONFIG` */
export function readUnit(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    throw new AppError('BAD_CONFIG', `The unit cannot be read: ${path} (${message})`, { cause: error })
  }
}
