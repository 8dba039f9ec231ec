import { expect, test } from 'vitest'
import type { RuleView } from '../../../shared/contract.ts'
import { draftOf, localText, NEW_RULE, pinDraft, type RuleDraft, ruleOf, ruleProblems } from './rule-form.ts'

const NOW = Date.UTC(2030, 0, 1, 12, 0, 30)
const RULE: RuleView = {
  kind: 'app',
  pattern: 'firefox',
  pin: { host: 'box', fallback: 'auto', until: NOW + 3_600_000, isExpired: false },
  affinity: 'big',
  needs: ['gpu', 'arch:arm64'],
}
const problems = (change: Partial<RuleDraft>, before: number | null = null) =>
  ruleProblems({ ...NEW_RULE, pattern: 'a', host: 'box', ...change }, { now: NOW, before })

test('what is not changed is what it was, also the seconds that no field shows', () => {
  const { isExpired: _, ...pin } = RULE.pin ?? { isExpired: false }
  expect(ruleOf(draftOf(RULE), RULE.pin?.until ?? null)).toEqual({ ...RULE, pin })
  const bare: RuleView = { kind: 'command', pattern: 'make', pin: null, affinity: null, needs: ['fast'] }
  expect(ruleOf(draftOf(bare), null)).toEqual(bare)
})

test('a time that was typed is that of this computer, and none is for good', () => {
  const draft = { ...draftOf(RULE), until: '2031-05-01T18:30' }
  expect(ruleOf(draft, RULE.pin?.until ?? null).pin?.until).toBe(new Date(2031, 4, 1, 18, 30).getTime())
  expect(localText(new Date(2031, 4, 1, 18, 30).getTime())).toBe('2031-05-01T18:30')
  expect(ruleOf({ ...draft, until: '' }, RULE.pin?.until ?? null).pin?.until).toBeNull()
})

test('what is pinned anew keeps what else its rule says, and is not over before it began', () => {
  const wish = { kind: 'app', pattern: 'firefox', host: 'big' } as const
  expect(pinDraft(wish, null)).toEqual({ ...NEW_RULE, ...wish })
  expect(pinDraft(wish, { rule: RULE })).toEqual({ ...draftOf(RULE), host: 'big' })
  const pin = { host: 'box', fallback: 'big', until: NOW - 1, isExpired: true }
  const over = pinDraft(wish, { rule: { ...RULE, pin } })
  expect(over).toMatchObject({ host: 'big', fallback: 'none', until: '', affinity: 'big', needs: 'gpu, arch:arm64' })
  expect(ruleOf(over, pin.until).pin).toEqual({ host: 'big', fallback: 'none', until: null })
})

test.each<[Partial<RuleDraft>, keyof RuleDraft, RegExp]>([
  [{ pattern: ' ' }, 'pattern', /Type the name/],
  [{ pattern: '*?' }, 'pattern', /fit everything/],
  [{ pattern: 'a\u0007b' }, 'pattern', /one line/],
  [{ host: '' }, 'host', /says nothing yet/],
  [{ fallback: 'box' }, 'fallback', /choose another/],
  [{ until: '2001-01-01T00:00' }, 'until', /has passed/],
  [{ needs: 'gpu, has!mark' }, 'needs', /“has!mark” is none/],
])('%j is said at %s', (change, field, message) => {
  expect(problems(change)).toEqual({ [field]: expect.stringMatching(message) })
})

test('nothing is wrong with what holds; with an end that has passed and is left; with needs alone', () => {
  expect(problems({})).toEqual({})
  expect(problems({ until: localText(NOW - 3_600_000) }, NOW - 3_600_000)).toEqual({})
  expect(problems({ host: '', until: '2001-01-01T00:00', needs: 'gpu fast' })).toEqual({})
  expect(ruleOf({ ...NEW_RULE, pattern: ' a ', needs: ' gpu,gpu  fast ' }, null)).toEqual({
    kind: 'command',
    pattern: 'a',
    pin: null,
    affinity: null,
    needs: ['gpu', 'fast'],
  })
})
