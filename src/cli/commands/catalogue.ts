/** The table's verbs that deal with apps: finding them, keeping them at hand, and having them in the menu of this desktop. */
import type { OperandSpec, VerbSpec } from '../spec.ts'

const APP: OperandSpec = {
  name: 'APP',
  kind: 'app',
  isRepeated: true,
  help: "An app's id, or its name, as drover apps shows them.",
}

export const catalogueVerbs: readonly VerbSpec[] = [
  {
    path: 'apps',
    group: 'apps',
    run: 'apps',
    summary: 'List and find the apps of all hosts',
    operands: [{ name: 'QUERY', kind: 'text', isOptional: true, isRepeated: true, help: 'What it is called, or is for.' }],
    flags: [
      { name: 'on', value: { name: 'HOST', kind: 'host' }, help: 'Only those of this host.' },
      { name: 'favourites', short: 'f', help: 'Only your favourites.' },
      { name: 'all', short: 'a', help: 'Also what menus leave out.' },
      { name: 'refresh', short: 'r', help: 'Ask the hosts anew first; Drover does so every ten minutes.' },
    ],
    about: [
      'What is the same app on several hosts is listed once. Favourites come first, then what you used lately. Of a host that cannot be reached it lists what was last seen there.',
    ],
    examples: [
      { run: 'drover apps', does: '' },
      { run: 'drover apps web browser', does: 'what fits both words' },
      { run: 'drover apps --on gpu', does: '' },
    ],
    exits: [{ code: '1', means: 'Nothing fits the query.' }],
  },
  {
    path: 'favourite add',
    aliases: ['favorite add'],
    group: 'apps',
    run: 'favourite',
    summary: 'Keep apps at hand, in the window and the tray',
    operands: [APP],
    about: [],
    examples: [{ run: 'drover favourite add firefox', does: '' }],
  },
  {
    path: 'favourite rm',
    aliases: ['favourite remove', 'favorite rm', 'favorite remove'],
    group: 'apps',
    run: 'favourite',
    summary: 'Let go of favourites',
    operands: [APP],
    about: [],
    examples: [{ run: 'drover favourite rm firefox', does: '' }],
  },
  {
    path: 'desktop install',
    group: 'apps',
    run: 'desktop-install',
    summary: "Put apps of hosts into this desktop's menu",
    operands: [{ ...APP, isOptional: true }],
    flags: [{ name: 'all-favourites', help: 'All favourites too.' }],
    about: [
      'Writes an entry and an icon below ~/.local/share, by which the menu launches the app through Drover, on the least busy host that has it. Done again, it brings them up to date.',
    ],
    examples: [
      { run: 'drover desktop install firefox', does: '' },
      { run: 'drover desktop install --all-favourites', does: '' },
    ],
    exits: [{ code: '1', means: 'One of them could not be installed.' }],
  },
  {
    path: 'desktop ls',
    aliases: ['desktop list'],
    group: 'apps',
    run: 'desktop-ls',
    summary: "List what Drover has put into this desktop's menu",
    about: [],
    examples: [{ run: 'drover desktop ls', does: '' }],
  },
  {
    path: 'desktop remove',
    aliases: ['desktop rm', 'desktop uninstall'],
    group: 'apps',
    run: 'desktop-remove',
    summary: "Take apps out of this desktop's menu again",
    operands: [APP],
    about: [
      'Removes the files that Drover has written for them, and no others. One that you have changed since stays, and is named.',
    ],
    examples: [{ run: 'drover desktop remove firefox', does: '' }],
    exits: [{ code: '1', means: 'One of them is not in the menu by Drover.' }],
  },
]
