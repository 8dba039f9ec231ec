/** The parts of config.yaml as a YAML document that its edits have to do with. */
import { type Document, isMap, isScalar, isSeq, type Node, type YAMLMap, YAMLSeq } from 'yaml'

/** A list in the place of an empty `hosts:` or `rules:`, with the comment that stood there: those commented out, mostly. */
export function newList(document: Document, key: 'hosts' | 'rules', item: Node): YAMLSeq {
  const list = new YAMLSeq()
  list.add(item)
  const empty: unknown = isMap(document.contents) ? document.get(key, true) : undefined
  if (isScalar(empty) && empty.comment) list.commentBefore = empty.comment
  return list
}

export function hostsOf(document: Document): YAMLSeq | undefined {
  const hosts: unknown = isMap(document.contents) ? document.get('hosts', true) : undefined
  return isSeq(hosts) ? hosts : undefined
}

export function nameOf(item: unknown): string | undefined {
  const name: unknown = isMap(item) ? (item as YAMLMap).get('name', true) : undefined
  return isScalar(name) && typeof name.value === 'string' ? name.value : undefined
}

/** Takes a key out with what stands in it. The comment above it stays, above what came after it: who wrote it may have meant more. */
export function dropKey(document: Document, key: string): void {
  const { contents } = document
  if (!isMap(contents)) return
  const at = contents.items.findIndex(pair => isScalar(pair.key) && pair.key.value === key)
  const dropped: unknown = contents.items[at]?.key
  const next: unknown = contents.items[at + 1]?.key
  document.delete(key)
  if (!isScalar(dropped) || !dropped.commentBefore) return
  if (isScalar(next)) next.commentBefore = joined(dropped.commentBefore, next.commentBefore)
  else document.comment = joined(dropped.commentBefore, document.comment)
}

function joined(above: string, below: string | null | undefined): string {
  return below ? `${above}\n${below}` : above
}
