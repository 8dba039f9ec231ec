/** What `waypipe --version` says, here and on hosts, and whether two of them understand each other. */
import { AppError } from '../../shared/errors.ts'
import { runTool } from '../hosts/ssh-tools.ts'

export type WaypipeVersion = { text: string; major: number; minor: number; features: readonly string[] }

const INSTALL = 'apt-get install waypipe'

/** Null for what is no answer of waypipe's. The first line names it, the second what it was built with. */
export function parseWaypipeVersion(said: string): WaypipeVersion | null {
  const [, text, major, minor] = /^waypipe ((\d{1,5})\.(\d{1,5})[0-9A-Za-z.+-]{0,40})/.exec(said) ?? []
  if (text === undefined) return null
  const [, features = ''] = /^features:(.{0,500})$/m.exec(said) ?? []
  return {
    text,
    major: Number(major),
    minor: Number(minor),
    features: features.split(' ').filter(word => /^[a-z0-9]+$/.test(word)),
  }
}

/** @throws {AppError} `MISSING_TOOL` */
export async function localWaypipe(env: NodeJS.ProcessEnv): Promise<WaypipeVersion> {
  const { stdout } = await runTool('waypipe', ['--version'], env).catch(error => {
    if (error instanceof AppError && error.code === 'MISSING_TOOL') return { stdout: '' }
    throw error
  })
  const version = parseWaypipeVersion(stdout)
  if (version) return version
  throw new AppError(
    'MISSING_TOOL',
    'waypipe is not installed on this computer, and it draws the windows of apps on other hosts',
    {
      details: { tool: 'waypipe', host: 'local', install: INSTALL },
    },
  )
}

/** From 0.7 on all releases understand each other, whoever is the newer. @throws {AppError} `CONFLICT` for an older one on either side. */
export function requireSpeaking(here: WaypipeVersion, there: WaypipeVersion, host: string): void {
  for (const [version, where] of [
    [here, 'on this computer'],
    [there, `on ${host}`],
  ] as const) {
    if (version.major > 0 || version.minor >= 7) continue
    throw new AppError(
      'CONFLICT',
      `waypipe ${version.text} ${where} is too old to draw apps of other hosts: 0.7 or newer is needed`,
    )
  }
}
