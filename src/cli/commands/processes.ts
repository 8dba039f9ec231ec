/** The table's verbs that deal with the processes of a Procfile. */
import type { FlagSpec, OperandSpec, VerbSpec } from '../spec.ts'
import { DETACH, JOB_EXITS, TERMINAL } from './jobs.ts'

const PROCESSES: OperandSpec = {
  name: 'PROCESS',
  kind: 'process',
  isRepeated: true,
  help: 'A process, as web.1, or all instances of one, as web.',
}
export const FILES: readonly FlagSpec[] = [
  {
    name: 'procfile',
    short: 'f',
    value: { name: 'FILE', kind: 'file' },
    help: 'This file in place of Procfile; its folder is the one of the project.',
  },
  {
    name: 'formation',
    short: 'm',
    value: { name: 'NAME=COUNT,…', kind: 'formation' },
    isRepeated: true,
    help: 'How many instances of what, as web=2,worker=1; all=1 means the others. Without it: as last time, or one of each.',
  },
  {
    name: 'port',
    short: 'p',
    value: { name: 'PORT', kind: 'text' },
    help: 'The PORT of the first process; the next gets 100 more, its second instance 1 more.',
  },
]
const NO_PREFIX: FlagSpec = { name: 'no-prefix', help: 'Only the lines themselves, without time and process before them.' }
const GRACE: FlagSpec = {
  name: 'grace',
  value: { name: 'TIME', kind: 'text' },
  help: 'How long they may take before they are killed, in place of what drover.yaml says; 0 kills at once.',
}
const WAITS = 'Returns when they run, or are ready if something tells when they are, and lists them.'
const HERE = 'The project is that of the folder you stand in, or of the nearest folder above it.'

export const processVerbs: readonly VerbSpec[] = [
  {
    path: 'up',
    group: 'processes',
    run: 'up',
    summary: 'Start the processes of a Procfile',
    operands: [{ ...PROCESSES, isOptional: true, help: `${PROCESSES.help} What they depend on is started too.` }],
    flags: [
      { name: 'detach', short: 'd', help: 'Return when all of them run, and leave them running.' },
      {
        name: 'on',
        value: { name: 'HOST', kind: 'host' },
        help: 'Run them there, now and when they are started later, wherever the project says; "auto" picks the best host for each, "none" takes it back.',
      },
      ...FILES,
      {
        name: 'env',
        short: 'e',
        value: { name: 'K=V', kind: 'text' },
        isRepeated: true,
        help: "Set a variable for all of them; goes before the project's files. K alone takes its value from here.",
      },
      NO_PREFIX,
    ],
    about: [
      'Reads Procfile, .env and drover.yaml of this folder and starts what they say; what runs already is left as it is. Nothing is started if a file has an error.',
      'Without -d it shows what the processes print, each line with its time and its process, and what becomes of them, until all have ended. One that waits for what has failed is told of, and stopped when nothing else goes on. Ctrl+C stops them, those that others depend on last; Ctrl+C again kills what is left. The same do SIGTERM, a terminal that is closed, and a reader of the output that goes away. Killed itself, or cut off from the core, it leaves them running.',
      'A process that ends is started again, or not, as drover.yaml says. With -d, a process that ends at once is told, and the exit code is 1.',
      'On a terminal, colours of lines are shown, and what would move its cursor, clear it or name it is left out. In a pipe lines are as they were written. With --json each line is an entry of the output, or a process that has changed.',
    ],
    examples: [
      { run: 'drover up', does: 'start all and show what they print' },
      { run: 'drover up -d -m web=2,worker=1', does: 'two of web and one of worker, left running' },
      { run: 'drover up --on gpu trainer', does: 'one of them, on the host named gpu' },
    ],
    exits: [
      { code: '0', means: 'They were stopped from here, or all have ended well; with -d: all run.' },
      {
        code: 'N',
        means: 'The exit code of the first process that failed, when all have ended; 1 if a failure pattern broke it.',
      },
      { code: '141', means: 'Whoever read the output went away.' },
    ],
  },
  {
    path: 'down',
    group: 'processes',
    run: 'down',
    summary: 'Stop all processes of the project here',
    flags: [GRACE],
    about: [`${HERE} Those that others depend on end last. Returns when all have ended, and lists them.`],
    examples: [{ run: 'drover down', does: '' }],
    exits: [{ code: '1', means: 'One of them is on a host that cannot be reached: it is stopped as soon as that answers.' }],
  },
  {
    path: 'ps',
    group: 'processes',
    run: 'ps',
    summary: 'List the processes of the project here',
    flags: [{ name: 'all', short: 'a', help: 'Those of all projects.' }],
    about: [
      `${HERE} Where there is none, all projects are listed.`,
      'What is to be said of a process stands below it: what it waits for, what broke it. In a pipe it is one line a process: name, state, host, job, run, uptime, port, command and that reason, with a tab between; of several projects the folder comes first.',
    ],
    examples: [
      { run: 'drover ps', does: '' },
      { run: "drover ps --json | jq -r '.[].processes[].label'", does: 'for a script: the projects with their processes' },
    ],
  },
  {
    path: 'start',
    group: 'processes',
    run: 'start',
    summary: 'Start processes that were stopped, have ended or are broken',
    operands: [PROCESSES],
    about: [WAITS],
    examples: [{ run: 'drover start web.2 worker', does: '' }],
    exits: [{ code: '1', means: 'One of them did not come up; stderr says why.' }],
  },
  {
    path: 'restart',
    group: 'processes',
    run: 'restart',
    summary: 'Stop processes and start them anew',
    operands: [{ ...PROCESSES, name: 'NAME' }],
    about: [`With what the files of the project say now. What depends on them is left alone. ${WAITS}`],
    examples: [{ run: 'drover restart web', does: '' }],
    exits: [{ code: '1', means: 'One of them did not come up; stderr says why.' }],
  },
  {
    path: 'scale',
    group: 'processes',
    run: 'scale',
    summary: 'Change how many instances of a process there are',
    operands: [{ name: 'NAME=COUNT', kind: 'formation', isRepeated: true, help: 'As web=2; what is not named stays as it is.' }],
    about: ['It holds from now on, also for the next up.'],
    examples: [{ run: 'drover scale web=3 worker=0', does: '' }],
    exits: [{ code: '1', means: 'One of them did not come up; stderr says why.' }],
  },
  {
    path: 'run',
    group: 'processes',
    run: 'run',
    summary: 'Run a command with the environment of the project here',
    flags: [DETACH, ...TERMINAL],
    command: 'words',
    givesJobExit: true,
    about: [
      'The command gets what the env files of the project set, and a PORT of its own; it stands in the folder of the project, on this machine. It is a job like any other, and no process.',
      'One word is a line for your login shell; several words are one exact argument list. What follows the first word is its own, also flags; -- may stand before it.',
    ],
    examples: [
      { run: 'drover run rake db:migrate', does: '' },
      { run: "drover run 'psql $DATABASE_URL'", does: 'one word: a shell line' },
    ],
    exits: JOB_EXITS,
  },
  {
    path: 'check',
    group: 'processes',
    run: 'check',
    summary: 'Say what is wrong with a Procfile and what stands beside it',
    operands: [{ name: 'DIR', kind: 'folder', isOptional: true, help: 'The folder; the current one by default.' }],
    flags: FILES,
    about: ['Prints a line for each problem: file, line, column, how bad it is, and what. Nothing is started.'],
    examples: [
      { run: 'drover check', does: '' },
      { run: 'drover check -f Procfile.dev', does: '' },
    ],
    exits: [
      { code: '0', means: 'There is no error; there may be warnings.' },
      { code: '1', means: 'There are errors: drover up would start nothing.' },
    ],
  },
  {
    path: 'pattern add',
    group: 'processes',
    run: 'pattern-add',
    summary: 'Mark a process as broken when a text appears in its output',
    operands: [{ name: 'TEXT', kind: 'text', help: 'The text; case does not matter.' }],
    flags: [
      { name: 'process', value: { name: 'PROCESS', kind: 'process' }, help: 'Only in its output; without it in that of all.' },
      { name: 'regex', short: 'E', help: 'It is an extended regular expression.' },
      {
        name: 'action',
        value: { name: 'ACTION', kind: 'text', choices: ['stop', 'restart', 'tell'] },
        help: 'What to do: stop it, which is the default, restart it, or only tell.',
      },
      { name: 'command', value: { name: 'LINE', kind: 'text' }, help: 'Run this line of a shell on this machine instead.' },
    ],
    about: [
      'It holds for output that comes from now on. You are told of a hit with the lines around it; a process that it stops is broken, until somebody starts it again.',
    ],
    examples: [
      { run: "drover pattern add 'Error: EADDRINUSE' --process web", does: '' },
      { run: "drover pattern add -E 'out of (memory|disk)' --action tell", does: 'in the output of all' },
    ],
  },
  {
    path: 'pattern ls',
    aliases: ['pattern list', 'patterns'],
    group: 'processes',
    run: 'pattern-ls',
    summary: 'List the failure patterns of the project here',
    about: ['Those of its files are changed there.'],
    examples: [{ run: 'drover pattern ls', does: '' }],
  },
  {
    path: 'pattern rm',
    aliases: ['pattern remove'],
    group: 'processes',
    run: 'pattern-rm',
    summary: 'Remove a failure pattern',
    operands: [{ name: 'PATTERN', kind: 'text', help: 'Its text, or the beginning of its id.' }],
    about: ['One that stands in a file of the project is removed there.'],
    examples: [{ run: "drover pattern rm 'Error: EADDRINUSE'", does: '' }],
  },
  {
    path: 'forget',
    group: 'processes',
    run: 'forget',
    summary: 'Forget a project, with the output of its processes',
    operands: [{ name: 'DIR', kind: 'folder', isOptional: true, help: 'Its folder; by default that of the project here.' }],
    flags: [{ name: 'yes', short: 'y', help: 'Do not ask.' }],
    about: ['All of its processes must have ended. Its files stay as they are: the next up begins anew.'],
    examples: [{ run: 'drover forget -y', does: '' }],
  },
]
