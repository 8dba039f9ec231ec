/** The table's verbs that deal with hosts. Each `host …` answers to `worker …` as well. */
import type { OperandSpec, VerbSpec } from '../spec.ts'
import { HOST_ORDERS } from '../top-order.ts'

const NAME: OperandSpec = { name: 'HOST', kind: 'host', help: 'The name of a host.' }
export const CONNECTION: OperandSpec = {
  name: 'CONNECTION',
  kind: 'text',
  help: 'USER@HOST[:PORT], or a name of your ~/.ssh/config.',
}

export const hostVerbs: readonly VerbSpec[] = [
  {
    path: 'host add',
    aliases: ['host register', 'worker register', 'worker add'],
    group: 'hosts',
    run: 'host-add',
    summary: 'Make a machine known as a host',
    operands: [CONNECTION],
    flags: [
      { name: 'name', short: 'n', value: { name: 'NAME', kind: 'text' }, help: 'What to call it; the host part by default.' },
    ],
    about: [
      'What a name of ~/.ssh/config means is what your ssh makes of it: user, port, jump hosts and keys are taken from there. The host itself needs nothing but its sshd; tmux for terminals, rsync for speed.',
    ],
    examples: [
      { run: 'drover host add me@build.example.org -n build', does: '' },
      { run: 'drover host add gpu', does: 'a name of ~/.ssh/config' },
    ],
  },
  {
    path: 'host ls',
    aliases: ['host list', 'worker ls', 'worker list', 'hosts'],
    group: 'hosts',
    run: 'host-ls',
    summary: 'List hosts',
    flags: [{ name: 'check', short: 'c', help: 'Try to reach each of them now.' }],
    about: ['"local", this machine, is always there. The default host is marked with *.'],
    examples: [{ run: 'drover host ls -c', does: '' }],
  },
  {
    path: 'top',
    group: 'hosts',
    run: 'top',
    summary: 'Watch how busy hosts are, or what one is busy with',
    operands: [{ ...NAME, isOptional: true, help: 'Only this one: its busiest and its largest processes.' }],
    flags: [
      {
        name: 'sort',
        value: { name: 'BY', kind: 'text', choices: HOST_ORDERS },
        help: 'What stands first: cpu (the default), memory, io-wait, pressure, network, disk, jobs or name.',
      },
    ],
    about: [
      'On a terminal it is kept up to date until q is typed; c, m, w, p, n, d, j and h sort it otherwise. In a pipe, or with --json, it is printed once.',
      'PSI is the share of the last ten seconds in which something waited for CPU, memory or I/O, where the host tells it. DISK FREE is of the disk with your files there. Where a terminal is narrow, some columns are left out.',
    ],
    examples: [
      { run: 'drover top', does: '' },
      { run: 'drover top build', does: 'its processes' },
    ],
  },
  {
    path: 'host rm',
    aliases: ['host remove', 'worker rm', 'worker remove'],
    group: 'hosts',
    run: 'host-rm',
    summary: 'Forget a host',
    operands: [NAME],
    about: ['Refused while jobs run on it. What lies on the host is not touched.'],
    examples: [{ run: 'drover host rm build', does: '' }],
  },
  {
    path: 'host default',
    aliases: ['worker default'],
    group: 'hosts',
    run: 'host-default',
    summary: 'Show or set where jobs go when no host is named',
    operands: [{ ...NAME, isOptional: true, help: 'The name of a host, or auto: the best one each time.' }],
    about: ['It is auto until you set it.'],
    examples: [{ run: 'drover host default build', does: '' }],
  },
  {
    path: 'host trust',
    aliases: ['worker trust'],
    group: 'hosts',
    run: 'host-trust',
    summary: "Accept a host's key",
    operands: [NAME],
    flags: [{ name: 'fingerprint', value: { name: 'SHA256:…', kind: 'text' }, help: 'Accept exactly this key and do not ask.' }],
    about: [
      'Shows the fingerprints the host offers and asks. What you accept goes into your known_hosts, so your ssh trusts it too. Compare with what the host itself prints: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub',
      'Without a terminal to ask on, it needs --fingerprint.',
    ],
    examples: [{ run: 'drover host trust build', does: '' }],
  },
  {
    path: 'host test',
    aliases: ['worker test'],
    group: 'hosts',
    run: 'host-test',
    summary: 'Try each step to a host and say what fails',
    operands: [NAME],
    about: [],
    examples: [{ run: 'drover host test build', does: '' }],
  },
  {
    path: 'host import',
    aliases: ['worker import'],
    group: 'hosts',
    run: 'host-import',
    summary: 'Take over hosts that other tools know',
    operands: [
      {
        name: 'SOURCE',
        kind: 'text',
        choices: ['ssh-config', 'beowulf', 'p'],
        isOptional: true,
        help: '~/.ssh/config, ~/.beowulf/hosts (with ~/.beowulf/beowulfdrc) or ~/.config/p/config.yaml. Without it: shows what each has.',
      },
      { name: 'NAME', kind: 'text', isOptional: true, isRepeated: true, help: 'Only these; all of them by default.' },
    ],
    about: [
      'The files are read once and never changed. What cannot be taken over is told, with the reason; what was taken over before is left as it is.',
      'Of beowulf the apps that are always on one host (sticky.APP = HOST) become pins: see drover rules.',
    ],
    examples: [
      { run: 'drover host import', does: 'what could be taken over' },
      { run: 'drover host import ssh-config build gpu', does: 'two of them' },
    ],
  },
  {
    path: 'unlock',
    group: 'hosts',
    run: 'unlock',
    summary: 'Open an encrypted private key for this core',
    operands: [{ name: 'KEY', kind: 'file', help: 'The file of the private key.' }],
    flags: [{ name: 'stdin', help: 'Read the passphrase from the first line of stdin in place of asking.' }],
    about: [
      'The opened key is held in memory until the core ends, and is never written to disk. A key in your ssh-agent needs none of this.',
    ],
    examples: [{ run: 'drover unlock ~/.ssh/id_ed25519', does: '' }],
  },
]
