/** The table's verbs that deal with apps, and what the program answers to when it is called `beowulf`. */
import type { FlagSpec, VerbSpec } from '../spec.ts'
import { JOB_EXITS } from './jobs.ts'

const LAUNCH_FLAGS: readonly FlagSpec[] = [
  { name: 'on', value: { name: 'HOST', kind: 'host' }, help: 'Run there. Without it: on the best host that has the app.' },
  {
    name: 'app',
    value: { name: 'APP', kind: 'app' },
    help: 'An app of the catalogue, as drover apps lists them; after -- stand files and addresses to open. Returns when it has begun; a program of the terminal is attached to.',
  },
  { name: 'action', value: { name: 'ACTION', kind: 'text' }, help: "With --app: one of the app's own actions." },
  { name: 'cli', help: 'A program of the terminal: you are attached to it, and it needs no desktop.' },
  { name: 'dry-run', help: 'Only say where it would run now, and why.' },
  { name: 'silent', help: 'Print nothing but what the app prints.' },
  { name: 'detach', short: 'd', help: 'Print the id of its job and return at once; the app goes on by itself.' },
  { name: 'new-instance', help: 'An instance of its own, with a profile of its own, where the app runs already.' },
  {
    name: 'env',
    short: 'e',
    value: { name: 'K=V', kind: 'text' },
    isRepeated: true,
    help: 'Set a variable for the app. K alone takes its value from here.',
  },
]
const LAUNCH_ABOUT = [
  'Runs the app on the host that has it and is least busy; its window is drawn here, by waypipe. On this machine it runs directly.',
  'One word is a line for your login shell there; several words are one exact argument list. What follows the first word is its own, also flags; -- may stand before it.',
  'Returns when the app has ended. Ctrl+C, and the signals TERM, HUP and QUIT, go to the app; Ctrl+Z holds it as well. The app goes on when Drover, or this command line, is killed; it ends when the connection to its host does, since nothing draws it then.',
]
const EXAMPLES = [
  { words: 'firefox', does: 'where there is most room' },
  { words: '--on box gimp photo.jpg', does: 'on the host named box' },
  { words: '--dry-run blender', does: 'only say where' },
]

export const appVerbs: readonly VerbSpec[] = [launchVerb('launch', 'drover launch')]
export const beowulfVerbs: readonly VerbSpec[] = [launchVerb('', 'beowulf')]

function launchVerb(path: string, typed: string): VerbSpec {
  return {
    path,
    group: 'jobs',
    run: 'launch',
    summary: 'Launch an app on the best host, with its window here',
    flags: LAUNCH_FLAGS,
    command: 'words',
    givesJobExit: true,
    about: LAUNCH_ABOUT,
    examples: EXAMPLES.map(({ words, does }) => ({ run: `${typed} ${words}`, does })),
    exits: JOB_EXITS,
  }
}
