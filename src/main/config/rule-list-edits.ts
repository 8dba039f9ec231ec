/**
 * The changes of whole rules of config.yaml, by their place in the list, as the window makes them. For ConfigFile.edit. What is wrong
 * names the field it stands in: `details.field`.
 */
import { isDeepStrictEqual } from 'node:util'
import { Document, isAlias, isMap, isNode, isScalar, isSeq, parseDocument, visit, type YAMLMap, YAMLSeq } from 'yaml'
import { MOST_WRITTEN } from '../../shared/contract/placement-methods.ts'
import { AppError, type ErrorCode } from '../../shared/errors.ts'
import { parseUntil, untilText } from '../../shared/until.ts'
import { newList } from './document-parts.ts'
import { allRules, dropEmpty, requireHost, ruleList, type Subject, setOrDelete, unpin } from './rule-edits.ts'
import { type Rule, RuleFields, readRule } from './rules.ts'

export type RuleField = 'pattern' | 'host' | 'fallback' | 'affinity' | 'needs'
export type RulePlace = { at: number | null; written?: string | null }
export type RuleRef = { readonly at: number; readonly was: Subject }

/** `at`: before the rule that stands there now; null or beyond: the last. `written`: as removeRule gave it. @throws {AppError} */
export function addRule(document: Document, rule: Rule, { at, written = null }: RulePlace): void {
  refuse(document, rule, null)
  const node = written === null ? newNode(document, rule) : writtenNode(written, rule)
  const list = ruleList(document)
  if (list) list.items.splice(at ?? list.items.length, 0, node)
  else document.set('rules', newList(document, 'rules', node))
}

/** What does not change stays as it is written. @throws {AppError} `CONFLICT` if another rule stands there now. */
export function changeRule(document: Document, ref: RuleRef, rule: Rule): void {
  const node = ruleAt(document, ref)
  refuse(document, rule, node)
  rename(document, node, { from: ref.was, to: rule })
  write(document, node, rule)
}

/** Gives the text of the rule with its comments, for addRule; null where it cannot stand alone. @throws {AppError} `CONFLICT` */
export function removeRule(document: Document, ref: RuleRef): string | null {
  const node = ruleAt(document, ref)
  const written = textOf(node, ruleList(document))
  for (const key of ['pin', 'fallback', 'until', 'affinity', 'needs']) node.delete(key)
  dropEmpty(document)
  return written
}

function newNode(document: Document, rule: Rule): YAMLMap {
  const node = document.createNode({ [rule.kind]: rule.pattern }) as YAMLMap
  write(document, node, rule)
  return node
}

/** What stands above the first rule is the list's, and stays; but with the last rule the list goes. */
function textOf(node: YAMLMap, list: YAMLSeq | undefined): string | null {
  let isAlone = true
  visit(node, (_, part) => {
    if (isAlias(part) || (isNode(part) && part.anchor)) isAlone = false
  })
  if (!isAlone) return null
  const alone = new YAMLSeq()
  alone.add(node)
  if (list?.items.length === 1) alone.commentBefore = list.commentBefore ?? null
  const text = String(new Document(alone))
  return text.length > MOST_WRITTEN ? null : text
}

/** @throws {AppError} `BAD_INPUT` if it is not that rule. */
function writtenNode(written: string, rule: Rule): YAMLMap {
  const document = parseDocument(written, { stringKeys: true, logLevel: 'error' })
  const list = document.contents
  const node: unknown = isSeq(list) && list.items.length === 1 ? list.items[0] : null
  const fields = document.errors.length === 0 && isMap(node) ? RuleFields.safeParse(node.toJS(document)) : null
  if (!fields?.success || !isDeepStrictEqual(readRule(fields.data), rule) || textOf(node as YAMLMap, undefined) === null)
    throw new AppError('BAD_INPUT', `What was written is not the rule for ${rule.pattern}`)
  const above = [document.commentBefore, list?.commentBefore, (node as YAMLMap).commentBefore].filter(Boolean)
  ;(node as YAMLMap).commentBefore = above.join('\n') || null
  return node as YAMLMap
}

function ruleAt(document: Document, { at, was }: RuleRef): YAMLMap {
  const node: unknown = ruleList(document)?.items[at]
  if (isMap(node) && (node as YAMLMap).get(was.kind) === was.pattern) return node as YAMLMap
  throw new AppError('CONFLICT', `The rules were changed meanwhile, and that for ${was.pattern} stands elsewhere. Look again`)
}

/** Beside what the config's schema would say of the whole file, in words for one rule. */
function refuse(document: Document, rule: Rule, self: YAMLMap | null): void {
  const { kind, pattern, pin, affinity, needs } = rule
  if (pin === null && affinity === null && needs.length === 0) {
    throw inField('BAD_INPUT', 'host', 'The rule says nothing: choose a host for it, one that is preferred, or what it needs')
  }
  const hosts = { host: pin?.host, fallback: pin?.fallback, affinity: affinity ?? undefined }
  for (const [field, name] of Object.entries(hosts) as [RuleField, string | undefined][]) {
    if (name === undefined || (field === 'fallback' && (name === 'auto' || name === 'none'))) continue
    try {
      requireHost(document, name)
    } catch (error) {
      throw error instanceof AppError ? inField(error.code, field, error.message) : error
    }
  }
  if (pin !== null && pin.fallback === pin.host) {
    throw inField('BAD_INPUT', 'fallback', `${pin.host} cannot be its own fallback`)
  }
  // Of several the first decides: a second one would do nothing, and nobody would see why.
  const others = allRules(document).filter(other => other !== self && other.get(kind) === pattern)
  const isTold = (other: YAMLMap) => (pin !== null && other.has('pin')) || (affinity !== null && other.has('affinity'))
  if (others.some(isTold)) {
    throw inField('CONFLICT', 'pattern', `There is a rule for ${pattern} already, with a host. Change that one`)
  }
}

function rename(document: Document, node: YAMLMap, { from, to }: { from: Subject; to: Subject }): void {
  if (from.kind === to.kind) {
    if (from.pattern !== to.pattern) node.set(to.kind, to.pattern)
    return
  }
  node.delete(from.kind)
  node.items.unshift(document.createPair(to.kind, to.pattern))
}

function write(document: Document, node: YAMLMap, { pin, affinity, needs }: Rule): void {
  if (pin === null) unpin(node)
  else {
    node.set('pin', pin.host)
    setOrDelete(node, 'fallback', pin.fallback === 'none' ? null : pin.fallback)
    const written: unknown = node.get('until', true)
    // A day that was written stays a day.
    const isSame = isScalar(written) && pin.until !== null && parseUntil(String(written.value)) === pin.until
    if (!isSame) setOrDelete(node, 'until', pin.until === null ? null : untilText(pin.until))
  }
  setOrDelete(node, 'affinity', affinity)
  const { needs: before = [] } = node.toJSON() as { needs?: readonly string[] }
  if (isDeepStrictEqual(before ?? [], needs)) return
  const list = document.createNode(needs) as YAMLSeq
  list.flow = true
  setOrDelete(node, 'needs', needs.length === 0 ? null : list)
}

function inField(code: ErrorCode, field: RuleField, message: string): AppError {
  return new AppError(code, message, { details: { field } })
}
