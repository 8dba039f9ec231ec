/** Apps that open a second window in the process that runs already, wherever its windows are: perhaps on the screen of that host. */

import { appName } from '../../shared/app-name.ts'
import type { Command } from '../../shared/domain.ts'
import { withArguments } from './program-of.ts'

type SingleInstance = {
  /** Names of its processes, as the kernel has them: 15 characters at most. */
  processes: readonly string[]
  /** What gives it an instance of its own; null where it has no such thing. `profile`: a folder on the host. */
  newInstance: ((profile: string) => readonly string[]) | null
}

const MOZILLA = (profile: string) => ['--new-instance', '--profile', profile]
const CHROMIUM = (profile: string) => [`--user-data-dir=${profile}`]

const APPS: Readonly<Record<string, SingleInstance>> = {
  firefox: { processes: ['firefox', 'firefox-esr', 'firefox-bin'], newInstance: MOZILLA },
  librewolf: { processes: ['librewolf'], newInstance: MOZILLA },
  thunderbird: { processes: ['thunderbird', 'thunderbird-bin'], newInstance: MOZILLA },
  chromium: { processes: ['chromium', 'chromium-browse'], newInstance: CHROMIUM },
  'chromium-browser': { processes: ['chromium', 'chromium-browse'], newInstance: CHROMIUM },
  'google-chrome': { processes: ['chrome', 'google-chrome'], newInstance: CHROMIUM },
  brave: { processes: ['brave'], newInstance: CHROMIUM },
  'brave-browser': { processes: ['brave'], newInstance: CHROMIUM },
  code: { processes: ['code'], newInstance: profile => ['--user-data-dir', profile] },
  codium: { processes: ['codium'], newInstance: profile => ['--user-data-dir', profile] },
  'gnome-terminal': { processes: ['gnome-terminal-'], newInstance: null },
  gedit: { processes: ['gedit'], newInstance: () => ['--standalone'] },
  nautilus: { processes: ['nautilus'], newInstance: null },
  evolution: { processes: ['evolution'], newInstance: null },
  libreoffice: { processes: ['soffice.bin', 'oosplash'], newInstance: profile => [`-env:UserInstallation=file://${profile}`] },
  soffice: { processes: ['soffice.bin', 'oosplash'], newInstance: profile => [`-env:UserInstallation=file://${profile}`] },
}

/** The processes to look for; none for an app that may run any number of times. */
export function instancesOf(program: string | null): readonly string[] {
  return (program === null ? undefined : appOf(program))?.processes ?? []
}

/** Whether the app can be told to be another one beside that which runs. */
export function hasNewInstance(program: string): boolean {
  return appOf(program)?.newInstance != null
}

/** The command of an instance of its own, whose profile is kept for the next time. Null where that cannot be said. */
export function asNewInstance(command: Command, program: string, profiles: string): Command | null {
  const words = appOf(program)?.newInstance?.(`${profiles}/${appName({ argv: [program] })}`)
  return words === undefined ? null : withArguments(command, words)
}

function appOf(program: string): SingleInstance | undefined {
  const name = appName({ argv: [program] })
  return Object.hasOwn(APPS, name) ? APPS[name] : undefined
}
