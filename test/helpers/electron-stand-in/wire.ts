/**
 * What crosses between Node and the page, as JSON: values and bytes. Runs on both sides, in the page by its text: it uses nothing from
 * outside of itself.
 */
export type Wire = { encode(value: unknown): string; decode(text: string): unknown }

export function makeWire(): Wire {
  const toPlain = (value: unknown): unknown => {
    if (value === undefined) return { u: 1 }
    if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
    if (value instanceof Uint8Array) {
      let text = ''
      for (let at = 0; at < value.length; at += 8192) text += String.fromCharCode(...value.subarray(at, at + 8192))
      return { b: btoa(text) }
    }
    if (Array.isArray(value)) return value.map(toPlain)
    if (typeof value === 'object') return { o: Object.entries(value).map(([name, inner]) => [name, toPlain(inner)]) }
    throw new Error('An object could not be cloned.')
  }
  const fromPlain = (plain: unknown): unknown => {
    if (Array.isArray(plain)) return plain.map(fromPlain)
    if (plain === null || typeof plain !== 'object') return plain
    if ('b' in plain) return Uint8Array.from(atob(String(plain.b)), character => character.charCodeAt(0))
    if ('o' in plain) return Object.fromEntries((plain.o as [string, unknown][]).map(([name, inner]) => [name, fromPlain(inner)]))
    return undefined
  }
  return { encode: value => JSON.stringify(toPlain(value)), decode: text => fromPlain(JSON.parse(text)) }
}
