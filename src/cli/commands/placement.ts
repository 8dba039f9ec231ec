/** The table's verbs that say where jobs go: rules for commands, and which hosts take new ones. */
import type { FlagSpec, OperandSpec, VerbSpec } from '../spec.ts'

const COMMAND: OperandSpec = {
  name: 'COMMAND',
  kind: 'rule',
  help: 'The name of a program or an app, as firefox; * and ? in it stand for any text. With a blank in it: the whole command.',
}
const HOST: OperandSpec = { name: 'HOST', kind: 'host', help: 'The name of a host.' }
const APP: FlagSpec = { name: 'app', help: 'Only for GUI apps of that name, not for what is pushed.' }
const NAMES =
  'A name fits the program without its path, and without an ending like -esr: firefox is /usr/bin/firefox-esr too. The rules stand in config.yaml, under rules.'

export const placementVerbs: readonly VerbSpec[] = [
  {
    path: 'pin',
    group: 'hosts',
    run: 'pin',
    summary: 'Run a command always on one host',
    operands: [COMMAND, HOST],
    flags: [
      {
        name: 'until',
        value: { name: 'TIME', kind: 'text' },
        help: 'The pin ends then: a length of time (2h, 7d), a day (2030-12-31: to its end) or a day and a time (2030-12-31T18:00).',
      },
      {
        name: 'fallback',
        value: { name: 'HOST', kind: 'host' },
        help: 'Where it goes when the pinned host cannot take it; auto: the best of the others. none, the default: nowhere else.',
      },
      APP,
    ],
    about: [
      'Without --fallback the command is never run elsewhere by itself: when the host is away, starting it fails and says so. --on HOST still goes before everything.',
      NAMES,
    ],
    examples: [
      { run: 'drover pin firefox workstation', does: '' },
      { run: 'drover pin ./train.sh gpu --until 2h --fallback auto', does: '' },
      { run: "drover pin 'make bench*' quiet", does: 'the whole command is compared' },
    ],
  },
  {
    path: 'unpin',
    group: 'hosts',
    run: 'unpin',
    summary: 'End a pin',
    operands: [{ ...COMMAND, help: 'As it was pinned.' }],
    flags: [APP],
    about: [],
    examples: [{ run: 'drover unpin firefox', does: '' }],
  },
  {
    path: 'affinity',
    group: 'hosts',
    run: 'affinity',
    summary: 'Prefer a host for a command, among those that are as good',
    operands: [COMMAND, { ...HOST, help: 'The name of a host, or none: no preference any more.' }],
    flags: [APP],
    about: [
      'A host that is clearly less busy still goes before it; use drover pin for a host that is always to be taken.',
      NAMES,
    ],
    examples: [
      { run: 'drover affinity cargo box', does: '' },
      { run: 'drover affinity cargo none', does: 'takes it back' },
    ],
  },
  {
    path: 'needs',
    group: 'hosts',
    run: 'needs',
    summary: 'Run a command only on hosts that have what it needs',
    operands: [
      COMMAND,
      {
        name: 'NEED',
        kind: 'text',
        isRepeated: true,
        help: 'gpu, arch:NAME (as arch:arm64) or a tag of hosts; of several it needs all. none: nothing any more.',
      },
    ],
    flags: [APP],
    about: ['It takes the place of what the command needed before. For a single job there is drover push --needs.', NAMES],
    examples: [
      { run: 'drover needs ./train.sh gpu fast', does: '' },
      { run: 'drover needs ./train.sh none', does: 'takes it back' },
    ],
  },
  {
    path: 'rules',
    group: 'hosts',
    run: 'rules',
    summary: 'List the rules that say where commands go',
    about: ['The first rule that says something of a command decides; what rules need of a host adds up.'],
    examples: [{ run: 'drover rules', does: '' }],
  },
  {
    path: 'host drain',
    aliases: ['worker drain'],
    group: 'hosts',
    run: 'host-drain',
    summary: 'Give a host no new jobs',
    operands: [HOST],
    about: ['What runs there goes on, and --on HOST still reaches it. It works for "local", this machine, as well.'],
    examples: [{ run: 'drover host drain build', does: 'before it is restarted' }],
  },
  {
    path: 'host undrain',
    aliases: ['worker undrain'],
    group: 'hosts',
    run: 'host-undrain',
    summary: 'Let a host take jobs again',
    operands: [HOST],
    about: [],
    examples: [{ run: 'drover host undrain build', does: '' }],
  },
  {
    path: 'host tag',
    aliases: ['worker tag'],
    group: 'hosts',
    run: 'host-tag',
    summary: 'Show or change the tags of a host',
    operands: [
      HOST,
      { name: 'TAG', kind: 'text', isOptional: true, isRepeated: true, help: '+TAG adds it, -TAG takes it away.' },
    ],
    hasSignedWords: true,
    about: [
      'Tags are marks of your own, by which --needs and the rules choose. What a host is by itself need not be tagged: gpu is true where a graphics card is seen, arch:arm64 and the like where the machine is one.',
    ],
    examples: [{ run: 'drover host tag box +big -old', does: '' }],
  },
]
