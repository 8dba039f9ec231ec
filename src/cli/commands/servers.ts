/** The table's verbs by which other programs see and run a project. */
import type { OperandSpec, VerbSpec } from '../spec.ts'
import { FILES } from './processes.ts'

const DIR: OperandSpec = {
  name: 'DIR',
  kind: 'folder',
  isOptional: true,
  help: 'The folder of the project; by default the one you stand in, or the nearest above it that has one.',
}

export const serverVerbs: readonly VerbSpec[] = [
  {
    path: 'server',
    group: 'processes',
    run: 'server',
    summary: 'Serve a project to programs of this computer',
    operands: [DIR],
    flags: [
      {
        name: 'port',
        value: { name: 'PORT', kind: 'text' },
        help: 'Where to listen; by default where it did last, else the first free port from 8000 on.',
      },
      { name: 'no-ui', help: 'Do not open the window.' },
      { name: 'no-token', help: 'Let in whatever program of this computer asks, of whatever user.' },
      { name: 'new-token', help: 'Make a new token; the one before opens nothing any more.' },
      { name: 'cascade', help: 'drover quit stops the processes too.' },
    ],
    about: [
      'Starts the processes, unless some of them are to run already, and opens an address on this computer at which programs can see and steer them, and nothing else: with the calls of overmind-gui below /api. The page at /api/docs says which there are, the document at /api/openapi.json says it to programs.',
      'A program shows the token that is printed, once, when it is made: as "Authorization: Bearer TOKEN". The address is served until drover quit, whatever becomes of the core meanwhile. It takes no other way than from this computer.',
      'What is said holds from then on: typed again without a flag, what that flag did is undone, but for the port and the token, which stay.',
    ],
    examples: [
      { run: 'drover server', does: 'serve the project here, and show it in the window' },
      { run: 'drover server --no-ui --json', does: 'for a script: address and token' },
    ],
  },
  {
    path: 'quit',
    group: 'processes',
    run: 'quit',
    summary: 'Serve a project no longer',
    operands: [DIR],
    flags: [{ name: 'cascade', help: 'Stop the processes too.' }],
    about: [
      'What drover server opened is closed, and its token opens nothing any more. The processes go on, unless --cascade was said here or there.',
    ],
    examples: [{ run: 'drover quit', does: '' }],
    exits: [{ code: '1', means: 'The project is not served.' }],
  },
  {
    path: 'export',
    group: 'processes',
    run: 'export',
    summary: 'Write the processes as units of systemd',
    operands: [{ name: 'FORMAT', kind: 'text', choices: ['systemd'], help: 'systemd.' }, DIR],
    flags: [
      { name: 'user', help: 'Units of your own manager, which runs them while you are logged in.' },
      {
        name: 'out',
        short: 'o',
        value: { name: 'FOLDER', kind: 'folder' },
        help: 'Where to write them; with --user by default ~/.config/systemd/user.',
      },
      { name: 'name', value: { name: 'NAME', kind: 'text' }, help: 'What their names begin with; by default the folder’s name.' },
      { name: 'force', help: 'Write over files that are there.' },
      ...FILES,
    ],
    about: [
      'A service for each process that runs on this computer, and a target that wants them all. Variables stand in files beside the units that only their owner can read. The lines are run by your login shell with your profile, as by drover up; what the profile sets goes before the variables.',
      'Nothing is started, and no file is written over unless --force is said. What systemd cannot do of what the project says is told on stderr.',
    ],
    examples: [
      { run: 'drover export systemd --user', does: '' },
      { run: 'drover export systemd -o units', does: 'for the system: look at them, then sudo systemctl link' },
    ],
  },
]
