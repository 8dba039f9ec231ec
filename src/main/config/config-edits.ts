/** The changes Drover makes to config.yaml for its user, on the YAML document, so that comments and order stay. For ConfigFile.edit. */
import { type Document, isMap, parseDocument } from 'yaml'
import type { z } from 'zod'
import { AppError } from '../../shared/errors.ts'
import { nearest } from '../../shared/nearest.ts'
import { dropKey, hostsOf, nameOf, newList } from './document-parts.ts'
import { refuseRuled } from './rule-edits.ts'
import { settingKeys, settingSchema } from './schema.ts'

export type SettingValue = string | number | boolean | null

/** @throws {AppError} `CONFLICT` if the name is taken. */
export function addHost(document: Document, host: { name: string; connection: string }): void {
  const hosts = hostsOf(document)
  if (hosts?.items.some(item => nameOf(item) === host.name)) {
    throw new AppError('CONFLICT', `There is a host named ${host.name} already. Give this one another name with -n NAME`)
  }
  const node = document.createNode({ name: host.name, connection: host.connection })
  if (hosts) hosts.add(node)
  else document.set('hosts', newList(document, 'hosts', node))
}

/** A default that named the host becomes `auto`. @throws {AppError} `NOT_FOUND` */
export function removeHost(document: Document, name: string): void {
  const hosts = hostsOf(document)
  const index = hosts?.items.findIndex(item => nameOf(item) === name) ?? -1
  if (!hosts || index < 0) throw new AppError('NOT_FOUND', `There is no host named ${name} in the config`)
  refuseRuled(document, name)
  hosts.items.splice(index, 1)
  if (hosts.items.length === 0) dropKey(document, 'hosts')
  if (isMap(document.contents) && document.get('default_host') === name) document.delete('default_host')
}

/** `auto`, `local`, or the name of a host in the config. @throws {AppError} `NOT_FOUND` */
export function setDefaultHost(document: Document, name: string): void {
  const names = ['auto', 'local', ...(hostsOf(document)?.items.map(nameOf) ?? [])]
  if (!names.includes(name)) throw new AppError('NOT_FOUND', `There is no host named ${name}. Hosts: ${names.join(', ')}`)
  document.set('default_host', name)
}

/**
 * Sets one value by its dotted key, `push.keep_finished_days`; null gives it its default again. Text stands for what it would mean in
 * the file, so that `7` typed on a command line is a number.
 *
 * @throws {AppError} `BAD_INPUT` for a key there is not, or a value it cannot have.
 */
export function setKey(document: Document, key: string, value: SettingValue): void {
  const schema = settingSchema(key)
  if (schema === undefined || LISTS.has(key)) throw noSuchKey(key)
  const path = key.split('.')
  if (value === null) {
    document.deleteIn(path)
    return
  }
  document.setIn(path, checked(key, schema, value))
}

function checked(key: string, schema: z.ZodType, value: Exclude<SettingValue, null>): SettingValue {
  const meanings = typeof value === 'string' ? [value, meaningOf(key, value)] : [value]
  const fitting = meanings.find(meaning => schema.safeParse(meaning).success)
  if (fitting !== undefined) return fitting
  const issue = schema.safeParse(meanings.at(-1)).error?.issues[0]
  const problem = issue?.message.replace(/^Invalid input: /, '') ?? 'not a value it can have'
  throw new AppError('BAD_INPUT', `${key}: ${problem}`, { details: { key } })
}

/** What the text would be in the file. */
function meaningOf(key: string, text: string): SettingValue {
  try {
    return parseDocument(text).toJS() as SettingValue
  } catch (cause) {
    // Aliases that grow without end, or stand in themselves.
    const [problem] = (cause instanceof Error ? cause.message : String(cause)).split('\n')
    throw new AppError('BAD_INPUT', `${key}: ${problem}`, { cause, details: { key } })
  }
}

/** What is no single value, and how it is changed. */
const LISTS: ReadonlyMap<string, string> = new Map([
  ['hosts', 'Hosts are changed with: drover host add, drover host rm'],
  ['rules', 'Rules are changed with: drover pin, drover unpin, drover affinity, drover needs'],
  ['local.tags', 'Tags are changed with: drover host tag local +TAG'],
])

function noSuchKey(key: string): AppError {
  const list = LISTS.get(key)
  if (list !== undefined) return new AppError('BAD_INPUT', list)
  const keys = settingKeys().filter(name => !LISTS.has(name))
  const meant = nearest(key, keys)
  const hint = meant === undefined ? `Keys: ${keys.join(', ')}` : `Did you mean ${meant}?`
  return new AppError('BAD_INPUT', `There is no setting ${key}. ${hint}`, { details: { key } })
}
