import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { appName, ruleNameOf, ruleNames } from '../../shared/app-name.ts'
import type { Command } from '../../shared/domain.ts'
import type { Rule } from '../config/rules.ts'
import { matchesGlob } from './glob.ts'
import { rulesFor } from './rules.ts'

const NOW = 1_700_000_000_000

function rule(pattern: string, change: Partial<Rule> = {}): Rule {
  return { kind: 'command', pattern, pin: null, affinity: null, needs: [], ...change }
}
const pin = (host: string, until: number | null = null) => ({ host, fallback: 'none', until })
const of = (rules: Rule[], command: Command, kind: 'push' | 'app' = 'push') => rulesFor(rules, { command, kind }, NOW)

test.each<[Command, string]>([
  [{ argv: ['/usr/bin/firefox-esr', 'https://a.example'] }, 'firefox'],
  [{ line: 'firefox https://a.example' }, 'firefox'],
  [{ argv: ['chromium-stable'] }, 'chromium'],
  [{ argv: ['gnome-terminal'] }, 'gnome-terminal'],
  [{ line: 'LANG=C  MOZ=1 ./firefox-bin -p' }, 'firefox'],
  [{ line: "'/opt/my app/run' x" }, 'run'],
  [{ argv: ['KEY=value'] }, 'KEY=value'],
  [{ argv: ['-esr'] }, '-esr'],
  [{ line: 'make&&ls' }, 'make'],
  [{ line: '' }, ''],
])('%j is the app %s', (command, name) => {
  expect(appName(command)).toBe(name)
})

test.each<[Command, string[], string]>([
  [{ argv: ['/usr/bin/firefox-esr', 'x'] }, ['firefox', 'firefox-esr'], 'firefox'],
  [{ argv: ['env', 'HINT=/x.desktop', '-u', '/snap/bin/code'] }, ['env', 'code'], 'code'],
  [{ line: 'env A=b firefox-bin' }, ['env', 'firefox', 'firefox-bin'], 'firefox'],
  [{ argv: ['env'] }, ['env'], 'env'],
  [
    { argv: ['/usr/bin/flatpak', 'run', '--branch=stable', '--command=gimp-2.10', 'org.gimp.GIMP', '@@u'] },
    ['flatpak', 'gimp-2.10', 'org.gimp.GIMP'],
    'gimp-2.10',
  ],
  [{ line: 'flatpak run org.kde.krita a.png' }, ['flatpak', 'org.kde.krita'], 'org.kde.krita'],
  [{ argv: ['flatpak', 'update', 'x'] }, ['flatpak'], 'flatpak'],
  [{ argv: ['flatpak', 'run', '--help'] }, ['flatpak'], 'flatpak'],
  [{ line: 'flatpak run "$(id)"' }, ['flatpak'], 'flatpak'],
])('%j is meant by %j, and a new rule is for %s', (command, names, name) => {
  expect(ruleNames(command)).toEqual(names)
  expect(ruleNameOf(command)).toBe(name)
})

test('an app goes by its name without the kind of its build, and not at every hyphen', () => {
  const programs = ['/usr/bin/firefox-esr', 'firefox-bin', 'google-chrome-stable', 'gnome-calculator']
  expect(programs.map(program => appName({ argv: [program] }))).toEqual([
    'firefox',
    'firefox',
    'google-chrome',
    'gnome-calculator',
  ])
})

describe('globs', () => {
  test.each<[string, string, boolean]>([
    ['firefox', 'firefox', true],
    ['firefox', 'firefoxy', false],
    ['fire*', 'firefox', true],
    ['*fox', 'firefox', true],
    ['f?re*o*', 'firefox', true],
    ['a.c', 'abc', false],
    ['*', '', true],
    ['?', '', false],
    ['*ab', 'aab', true],
  ])('%s fits %s: %s', (pattern, text, fits) => {
    expect(matchesGlob(pattern, text)).toBe(fits)
  })

  test('the same as a regular expression says, whatever the two are', () => {
    const letters = (signs: string[]) => fc.array(fc.constantFrom(...signs), { maxLength: 8 }).map(all => all.join(''))
    fc.assert(
      fc.property(letters(['a', 'b', '*', '?']), letters(['a', 'b']), (pattern, text) => {
        const expression = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`)
        expect(matchesGlob(pattern, text)).toBe(expression.test(text))
      }),
      { numRuns: 2000 },
    )
  })
})

describe('the rules that hold', () => {
  test('the first pin and the first affinity decide; all needs count', () => {
    const rules = [
      rule('make', { needs: ['big'] }),
      rule('ma*', { pin: pin('a'), needs: ['gpu'] }),
      rule('make', { pin: pin('b'), affinity: 'c', needs: ['big'] }),
    ]
    expect(of(rules, { argv: ['make', '-j'] })).toEqual({
      pin: { pattern: 'ma*', host: 'a', fallback: 'none' },
      affinity: 'c',
      needs: ['big', 'gpu'],
      notes: [],
    })
    expect(of(rules, { argv: ['cmake'] })).toEqual({ pin: null, affinity: null, needs: [], notes: [] })
  })

  test('a pin that has ended is passed over and said, and the next one holds', () => {
    const rules = [rule('make', { pin: pin('a', NOW) }), rule('make', { pin: pin('b', NOW + 1) })]
    expect(of(rules, { argv: ['make'] })).toMatchObject({
      pin: { host: 'b' },
      notes: ['the pin of make to a ended 2023-11-14T22:13:20Z'],
    })
  })

  test('of apps only apps; of commands both; a name with its ending or without; with a blank the whole command', () => {
    const app = [rule('firefox', { kind: 'app', affinity: 'a' })]
    expect(of(app, { argv: ['firefox-esr'] }, 'app').affinity).toBe('a')
    expect(of(app, { argv: ['firefox-esr'] }, 'push').affinity).toBeNull()
    expect(of([rule('telegram', { kind: 'app', affinity: 'a' })], { argv: ['/opt/Telegram'] }, 'app').affinity).toBe('a')
    expect(of([rule('telegram', { affinity: 'a' })], { argv: ['/opt/Telegram'] }, 'app').affinity).toBeNull()
    expect(of(app, { argv: ['flatpak', 'run', '--command=firefox', 'org.mozilla.firefox'] }, 'app').affinity).toBe('a')
    expect(of([rule('firefox-esr', { affinity: 'a' })], { argv: ['firefox-esr'] }, 'app').affinity).toBe('a')
    expect(of([rule('make test*', { affinity: 'a' })], { line: ' make test-all ' }).affinity).toBe('a')
    expect(of([rule('make test*', { affinity: 'a' })], { argv: ['make', 'tests'] }).affinity).toBe('a')
    expect(of([rule('make test*', { affinity: 'a' })], { argv: ['make'] }).affinity).toBeNull()
  })
})
