/** The changes Drover makes to the rules of config.yaml, and to what it says of a host beside its connection. For ConfigFile.edit. */
import { type Document, isMap, isScalar, isSeq, YAMLMap, type YAMLSeq } from 'yaml'
import { AppError } from '../../shared/errors.ts'
import { untilText } from '../../shared/until.ts'
import { dropKey, hostsOf, nameOf, newList } from './document-parts.ts'

export type Subject = { readonly kind: 'app' | 'command'; readonly pattern: string }

/** In place of an earlier pin of the same name. `until` in epoch milliseconds. */
export function setPin(
  document: Document,
  subject: Subject,
  pin: { host: string; fallback: string; until: number | null },
): void {
  requireHost(document, pin.host)
  if (pin.fallback !== 'auto' && pin.fallback !== 'none') requireHost(document, pin.fallback)
  if (pin.fallback === pin.host) throw new AppError('BAD_INPUT', `${pin.host} cannot be its own fallback`)
  const rules = rulesOf(document, subject)
  const rule = rules.find(one => one.has('pin')) ?? rules[0] ?? newRule(document, subject)
  for (const other of rules) if (other !== rule) unpin(other)
  rule.set('pin', pin.host)
  setOrDelete(rule, 'fallback', pin.fallback === 'none' ? null : pin.fallback)
  setOrDelete(rule, 'until', pin.until === null ? null : untilText(pin.until))
  dropEmpty(document)
}

/** @throws {AppError} `NOT_FOUND` if it is not pinned, with what is. */
export function removePin(document: Document, subject: Subject): void {
  const pinned = rulesOf(document, subject).filter(rule => rule.has('pin'))
  if (pinned.length === 0) throw new AppError('NOT_FOUND', `${subject.pattern} is not pinned. See the rules with: drover rules`)
  for (const rule of pinned) unpin(rule)
  dropEmpty(document)
}

/** Null: no affinity any more. @throws {AppError} `NOT_FOUND` */
export function setAffinity(document: Document, subject: Subject, host: string | null): void {
  const rules = rulesOf(document, subject)
  if (host === null) {
    if (!rules.some(rule => rule.has('affinity'))) {
      throw new AppError('NOT_FOUND', `${subject.pattern} has no affinity. See the rules with: drover rules`)
    }
    for (const rule of rules) rule.delete('affinity')
    dropEmpty(document)
    return
  }
  requireHost(document, host)
  const rule = rules.find(one => one.has('affinity')) ?? rules[0] ?? newRule(document, subject)
  rule.set('affinity', host)
}

/** @throws {AppError} `NOT_FOUND` */
export function setDrain(document: Document, name: string, isDrained: boolean): void {
  const host = traitsNode(document, name)
  setOrDelete(host, 'drain', isDrained ? true : null)
  dropEmptyLocal(document)
}

/** @throws {AppError} `NOT_FOUND`; `CONFLICT` for this machine, whose apps play by themselves. */
export function setSound(document: Document, name: string, playsSound: boolean): void {
  if (name === 'local') throw new AppError('CONFLICT', 'local is this machine: what runs here plays as ever')
  setOrDelete(traitsNode(document, name), 'sound', playsSound ? true : null)
}

/** Gives the tags it has then. @throws {AppError} `NOT_FOUND` for the host; or a tag that it does not have. */
export function changeTags(
  document: Document,
  name: string,
  change: { add: readonly string[]; remove: readonly string[] },
): string[] {
  const host = traitsNode(document, name)
  const before = tagsOf(host)
  const missing = change.remove.find(tag => !before.includes(tag))
  if (missing !== undefined) {
    throw new AppError('NOT_FOUND', `${name} has no tag ${missing}. Its tags: ${before.join(', ') || 'none'}`)
  }
  const tags = [...new Set([...before.filter(tag => !change.remove.includes(tag)), ...change.add])]
  const node = document.createNode(tags)
  node.flow = true
  setOrDelete(host, 'tags', tags.length === 0 ? null : node)
  dropEmptyLocal(document)
  return tags
}

/** A rule that names a host that is not there would make the file a broken one. @throws {AppError} `CONFLICT` */
export function refuseRuled(document: Document, name: string): void {
  const ruled = allRules(document).filter(rule => (['pin', 'fallback', 'affinity'] as const).some(key => rule.get(key) === name))
  if (ruled.length === 0) return
  const names = ruled.map(rule => String(rule.get('app') ?? rule.get('command'))).join(', ')
  throw new AppError('CONFLICT', `Rules name ${name}, for ${names}. Take them out first: drover unpin, drover affinity NAME none`)
}

function rulesOf(document: Document, { kind, pattern }: Subject): YAMLMap[] {
  return allRules(document).filter(rule => rule.get(kind) === pattern)
}

export function allRules(document: Document): YAMLMap[] {
  return (ruleList(document)?.items ?? []).filter(item => isMap(item))
}

export function ruleList(document: Document): YAMLSeq | undefined {
  const rules: unknown = isMap(document.contents) ? document.get('rules', true) : undefined
  return isSeq(rules) ? rules : undefined
}

function newRule(document: Document, { kind, pattern }: Subject): YAMLMap {
  const rule = document.createNode({ [kind]: pattern }) as YAMLMap
  const list = ruleList(document)
  if (list) list.add(rule)
  else document.set('rules', newList(document, 'rules', rule))
  return rule
}

export function requireHost(document: Document, name: string): void {
  const names = ['local', ...(hostsOf(document)?.items.map(nameOf) ?? [])]
  if (!names.includes(name)) throw new AppError('NOT_FOUND', `There is no host named ${name}. Hosts: ${names.join(', ')}`)
}

/** Where tags and drain of a host stand. */
function traitsNode(document: Document, name: string): YAMLMap {
  requireHost(document, name)
  if (name !== 'local') {
    const host = hostsOf(document)?.items.find(item => nameOf(item) === name)
    if (isMap(host)) return host as YAMLMap
  }
  const local: unknown = isMap(document.contents) ? document.get('local', true) : undefined
  if (isMap(local)) return local as YAMLMap
  const made = new YAMLMap()
  document.set('local', made)
  return made
}

function tagsOf(host: YAMLMap): string[] {
  const tags: unknown = host.get('tags', true)
  return isSeq(tags) ? tags.items.flatMap(tag => (isScalar(tag) ? String(tag.value) : [])) : []
}

export function setOrDelete(map: YAMLMap, key: string, value: unknown): void {
  if (value === null) map.delete(key)
  else map.set(key, value)
}

export function unpin(rule: YAMLMap): void {
  for (const key of ['pin', 'fallback', 'until']) rule.delete(key)
}

/** Rules that say nothing any more, and a list without rules. */
export function dropEmpty(document: Document): void {
  const list = ruleList(document)
  if (!list) return
  list.items = list.items.filter(rule => !isMap(rule) || rule.has('pin') || rule.has('affinity') || rule.has('needs'))
  if (list.items.length === 0) dropKey(document, 'rules')
}

function dropEmptyLocal(document: Document): void {
  const local: unknown = isMap(document.contents) ? document.get('local', true) : undefined
  if (isMap(local) && local.items.length === 0) document.delete('local')
}
