/** The table's verbs that deal with jobs. */
import type { FlagSpec, OperandSpec, VerbSpec } from '../spec.ts'

const HOST: FlagSpec = {
  name: 'on',
  value: { name: 'HOST', kind: 'host' },
  help: 'Run there; "auto" picks the best host. Without it: the default host.',
}
export const DETACH: FlagSpec = {
  name: 'detach',
  short: 'd',
  help: 'Print the id of the job and return at once; the job goes on by itself.',
}
export const TERMINAL: readonly FlagSpec[] = [
  { name: 'tty', help: 'Give the job a terminal even if there is none here.' },
  { name: 'no-tty', help: 'Give the job no terminal: its output streams plainly. The fastest way for heavy output.' },
  {
    name: 'detach-on-ctrl-c',
    help: 'Ctrl+C leaves the job running in place of interrupting it. The config has detach_on_ctrl_c.',
  },
]
export const PUSH_FLAGS: readonly FlagSpec[] = [
  { name: 'no-sync', short: 'n', help: 'Send no files: the command starts in an empty folder of its own.' },
  DETACH,
  HOST,
  {
    name: 'env',
    short: 'e',
    value: { name: 'K=V', kind: 'text' },
    isRepeated: true,
    help: 'Set a variable for the command. K alone takes its value from here.',
  },
  {
    name: 'needs',
    value: { name: 'NEED', kind: 'text' },
    isRepeated: true,
    help: 'Only a host that has it: gpu, arch:NAME (as arch:arm64) or a tag of your own; several with commas.',
  },
  {
    name: 'pull',
    value: { name: 'GLOB', kind: 'text' },
    isRepeated: true,
    help: 'Bring back what matches when the job has ended, to its place in this folder; from outside of the folder of the job, to the top of this one. Nothing that is here is overwritten; what is here already, and is the same, stays. It is done even if the host is away for a while, or this command line gone.',
  },
  { name: 'yes', short: 'y', help: 'Send the whole home folder, or what is around it, without asking.' },
  ...TERMINAL,
]
export const JOB: OperandSpec = { name: 'ID', kind: 'job', help: 'A job id or the beginning of one.' }
/** Of a process here, or of a job: see processes/names.ts. */
export const NAME: OperandSpec = {
  name: 'NAME',
  kind: 'name',
  help: 'A process of the project here, as web.1 or web, or a job id or the beginning of one.',
}
export const JOBS: OperandSpec = { ...JOB, isRepeated: true, help: 'Job ids or their beginnings.' }
export const JOB_EXITS = [
  { code: 'N', means: "The job's own exit code; 128 + N when signal N ended it." },
  { code: '125', means: 'Drover failed: the job could not start, or its end will never be known.' },
  { code: '130', means: 'You cancelled before the job ran.' },
  { code: '141', means: 'Whoever read the output went away.' },
]
/** Of what also brings back what --pull names. */
export const PUSH_EXITS = [
  ...JOB_EXITS.slice(0, 1),
  { code: '123', means: 'The command ended with 0, but not all that --pull names is here; stderr says why.' },
  ...JOB_EXITS.slice(1),
]
export const PUSH_ABOUT = [
  'Sends the current folder to a host and runs the command there in a fresh copy of it. What git ignores is not sent (.git itself is); the second push of a folder sends only what changed. Nothing comes back by itself but what --pull names.',
  'One word after -- is a line for your login shell there, so pipes and && work in it; several words are one exact argument list, and no shell reads them again.',
  'On a terminal you are attached to the job: Ctrl+B D leaves it running, and the end of the job stays on the screen until a key is pressed. Ctrl+C goes to the program. If the link breaks, the job goes on and you are attached again when the host is back.',
  'Without a terminal here the output streams plainly and Ctrl+C stops the job: the first asks the program to end, the second kills it, the third leaves it alone. When the reader of the output goes away, as in "| head", the job is stopped as well.',
  'With --json the output is not shown: when the job has ended, it is printed as JSON.',
]

export const jobVerbs: readonly VerbSpec[] = [
  {
    path: 'push',
    group: 'jobs',
    run: 'push',
    summary: 'Run a command on the best host, with the current folder',
    flags: PUSH_FLAGS,
    command: 'required',
    givesJobExit: true,
    about: PUSH_ABOUT,
    examples: [
      { run: 'drover push -- make', does: 'send this folder and build it' },
      { run: "drover push -- 'make && ./run | tee out.txt'", does: 'one word: a shell line' },
      { run: 'drover push -n --on box -- nproc', does: 'no files, on the host named box' },
      { run: "drover push --pull 'dist/**' -- npm run build", does: 'bring the result back' },
      { run: 'drover push -d -- ./train.sh', does: 'start it and return' },
    ],
    exits: PUSH_EXITS,
  },
  {
    path: 'ls',
    aliases: ['list'],
    group: 'jobs',
    run: 'ls',
    summary: 'List jobs',
    flags: [
      { name: 'all', short: 'a', help: 'All of them, also those that other computers of yours started.' },
      { name: 'host', value: { name: 'HOST', kind: 'host' }, help: 'Only those on this host.' },
      {
        name: 'state',
        value: {
          name: 'STATE',
          kind: 'text',
          choices: ['live', 'queued', 'syncing', 'starting', 'running', 'stopping', 'ended', 'failed', 'unknown'],
        },
        help: 'Only those in this state; live: not ended; failed: ended in any way but with exit code 0.',
      },
      { name: 'watch', short: 'w', help: 'Keep the list on the screen and up to date; q ends it.' },
    ],
    about: [
      'Shows what has not ended, and the newest 20 that have; -a shows all. The answer comes from what this computer knows: no host is asked, and a job whose host cannot be reached is shown as unknown with the age of that.',
      'A job whose files are still to come by --pull is shown as pulling, and as not pulled when some could not be brought back: pullResults of --json says why.',
      'On a terminal the table fits its width. In a pipe it is one line a job: id, host, folder, command, status and duration, with a tab between, nothing cut.',
    ],
    examples: [
      { run: 'drover ls', does: 'what runs, and what ended lately' },
      { run: "drover ls --json --state live | jq -r '.[].id'", does: 'for a script' },
    ],
  },
  {
    path: 'attach',
    group: 'jobs',
    run: 'attach',
    summary: 'Take the terminal of a job or a process',
    operands: [NAME],
    flags: TERMINAL.filter(flag => flag.name === 'detach-on-ctrl-c'),
    givesJobExit: true,
    about: [
      'Ctrl+B D leaves it again. A job that has ended can be attached to until its end screen was closed; after that its output is in drover logs. A job without a terminal shows its output as it comes, and Ctrl+C leaves it.',
    ],
    examples: [
      { run: 'drover attach 1a2b', does: 'the job whose id begins so' },
      { run: 'drover attach web.1', does: 'the run of that process' },
    ],
    exits: [{ code: '0', means: 'You left the job running.' }, ...JOB_EXITS],
  },
  {
    path: 'logs',
    aliases: ['log'],
    group: 'jobs',
    run: 'logs',
    summary: 'Print the output of a job, or of processes',
    operands: [
      { ...NAME, isOptional: true, isRepeated: true, help: `${NAME.help} Without it: all processes of the project here.` },
    ],
    flags: [
      { name: 'follow', short: 'f', help: 'Go on as output comes: until the job has ended, or until Ctrl+C.' },
      { name: 'lines', short: 'n', value: { name: 'N', kind: 'text' }, help: 'Only the last N lines, of each process.' },
      {
        name: 'since',
        value: { name: 'WHEN', kind: 'text' },
        help: 'Only what was printed since then: 10m or 2h ago, 09:30, 2030-12-31, 2030-12-31T18:00.',
      },
      {
        name: 'grep',
        value: { name: 'REGEX', kind: 'text' },
        help: 'Only lines in which this extended regular expression is; the hosts search, where the output is.',
      },
      { name: 'ignore-case', short: 'i', help: 'With --grep: case does not matter.' },
      { name: 'no-prefix', help: 'Of processes only the lines themselves, without time and process before them.' },
    ],
    about: [
      'Of a job it prints exactly the bytes that it wrote, both of its outputs together; with --grep its lines that match, which a carriage return ends too. When a job printed what is known to about ten seconds, for as long as Drover was in touch with its host; where it is not known, --since leaves nothing out.',
      'Of processes it prints the lines of all their runs, merged by time, each with its time and its process before it. On a terminal, colours of lines are shown, and what would move its cursor, clear it or name it is left out; in a pipe lines are as they were written. With --json each entry is a line.',
    ],
    examples: [
      { run: 'drover logs 1a2b -n 50', does: 'the last 50 lines of a job' },
      { run: 'drover logs -f 1a2b | grep -i error', does: 'as they come' },
      { run: 'drover logs -f web worker.1 --since 10m', does: 'of these processes' },
      { run: "drover logs --grep 'status=5[0-9]+'", does: 'in all that the project here has printed' },
      { run: 'drover logs 1a2b -i --grep error --since 1h', does: 'in what a job has printed' },
    ],
    exits: [{ code: '1', means: 'It failed, or nothing that there is matches --grep.' }],
  },
  {
    path: 'stop',
    group: 'jobs',
    run: 'stop',
    summary: 'End jobs or processes, and all they started',
    operands: [{ ...NAME, isRepeated: true }],
    flags: [
      {
        name: 'signal',
        short: 's',
        value: { name: 'SIGNAL', kind: 'text', choices: ['TERM', 'INT', 'HUP', 'QUIT'] },
        help: 'What asks jobs to end; TERM by default. For processes, drover.yaml says it.',
      },
      {
        name: 'grace',
        value: { name: 'TIME', kind: 'text' },
        help: 'How long they may take before they are killed: 10s by default, for processes as drover.yaml says; 0 kills at once.',
      },
    ],
    about: [
      'Sends the signal to all that the job started, kills what is left after the grace time, and returns when the job has ended. A process that was stopped stays so until somebody starts it.',
    ],
    examples: [
      { run: 'drover stop 1a2b', does: '' },
      { run: 'drover stop worker', does: 'all instances of that process' },
      { run: 'drover stop --grace 2min 1a2b 3c4d', does: 'with time to save their work' },
    ],
  },
  {
    path: 'wait',
    group: 'jobs',
    run: 'wait',
    summary: 'Wait for the end of jobs',
    operands: [JOBS],
    givesJobExit: true,
    about: ['Returns when all of them have ended, and says how each did. Ctrl+C ends the waiting, not the jobs.'],
    examples: [{ run: 'drover wait 1a2b 3c4d && echo built', does: '' }],
    exits: [
      { code: 'N', means: 'That of the first job named whose exit code is not 0; 0 if all ended well.' },
      ...JOB_EXITS.slice(1, 2),
    ],
  },
  {
    path: 'rerun',
    group: 'jobs',
    run: 'rerun',
    summary: 'Run a job again',
    operands: [JOB],
    flags: [{ ...HOST, help: 'Run there; "auto" picks the best host. Without it: where it ran before.' }, DETACH, ...TERMINAL],
    givesJobExit: true,
    about: ['Starts the same command with the same folder, as that folder is now, as a new job. Otherwise as drover push.'],
    examples: [{ run: 'drover rerun 1a2b --on auto', does: 'on whichever host is best now' }],
    exits: PUSH_EXITS,
  },
  {
    path: 'pull',
    group: 'jobs',
    run: 'pull',
    summary: 'Bring files of a job here',
    operands: [
      JOB,
      {
        name: 'PATTERN',
        kind: 'text',
        help: 'A file, folder or glob: relative to the folder of the job, or absolute; quote a glob.',
      },
      { name: 'LOCAL', kind: 'folder', isOptional: true, help: 'The folder to put them in; the current one by default.' },
    ],
    flags: [{ name: 'force', short: 'f', help: 'Overwrite what is here.' }],
    about: [
      'What your account on the host may read may be brought here, be it outside of the folder of the job. Each match comes under its own name, as with scp.',
      'Files arrive in a folder of their own first and are moved when all is here, so a broken pull leaves nothing half done. Links in them that lead outside are refused. Nothing here is overwritten without --force; what is here already, and is the same, is not in the way.',
    ],
    examples: [
      { run: "drover pull 1a2b 'dist/**'", does: 'all below dist, to the current folder' },
      { run: 'drover pull 1a2b core.dump /tmp', does: '' },
      { run: 'drover pull 1a2b /var/log/syslog', does: 'from anywhere on its host' },
    ],
    exits: [{ code: '130', means: 'You cancelled.' }],
  },
  {
    path: 'rm',
    group: 'jobs',
    run: 'rm',
    summary: 'Remove jobs and their files on the host',
    operands: [JOBS],
    flags: [
      { name: 'yes', short: 'y', help: 'Do not ask.' },
      { name: 'force', short: 'f', help: 'Do not ask, and forget a job even if its host cannot be reached to remove its files.' },
    ],
    about: ['Shows what goes, with its size, and asks first. A job that runs is refused: stop it before.'],
    examples: [{ run: 'drover rm -y 1a2b 3c4d', does: '' }],
  },
  {
    path: 'why',
    aliases: ['explain'],
    group: 'jobs',
    run: 'why',
    summary: 'Say why a job runs where it does',
    operands: [JOB],
    flags: [
      {
        name: 'replay',
        help: 'Weigh the same numbers again, and say whether they lead to the same host; 1 if they do not, or are not kept.',
      },
    ],
    about: [
      'Shows the reason for the host, the numbers that each host had then, how much time a job was expected to lose there, and why those were left out that were.',
    ],
    examples: [
      { run: 'drover why 1a2b', does: '' },
      { run: 'drover explain 1a2b --replay', does: 'the same, weighed again' },
    ],
  },
  {
    path: 'skipped',
    group: 'jobs',
    run: 'skipped',
    summary: 'Say what a push would leave out, and by which rule',
    operands: [{ name: 'DIR', kind: 'folder', isOptional: true, help: 'The folder; the current one by default.' }],
    about: ['Nothing is sent and no host is asked.'],
    examples: [{ run: 'drover skipped | grep node_modules', does: '' }],
  },
]
