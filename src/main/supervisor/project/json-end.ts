/** Where text that JSON.parse refuses stops being JSON: its own messages mostly do not tell. */

const BLANKS = /[ \t\n\r]*/y
const STRING = String.raw`"[^"\\\0-\x1f]*(?:\\(?:["\\/bfnrt]|u[\da-fA-F]{4})[^"\\\0-\x1f]*)*"`
const TOKEN = new RegExp(String.raw`(${STRING})|[{}[\]:,]|true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?`, 'y')
/** Kinds of tokens: `s` is a string, `v` any other value without parts. */
const VALUE = '{[sv'

/** The offset of the first token that cannot stand where it stands; the text's end if there should be more. */
export function endOfJson(text: string): number {
  const open: string[] = []
  let allowed = VALUE
  for (let at = afterBlanks(text, 0); ; at = afterBlanks(text, TOKEN.lastIndex)) {
    TOKEN.lastIndex = at
    const [token, string] = TOKEN.exec(text) ?? []
    if (token === undefined) return at
    const kind = string === undefined ? (/[{}[\]:,]/.test(token) ? token : 'v') : 's'
    if (!allowed.includes(kind)) return at
    if (kind === '{' || kind === '[') open.push(kind)
    else if (kind === '}' || kind === ']') open.pop()
    allowed = allowedAfter(kind, open.at(-1), allowed)
  }
}

function allowedAfter(kind: string, inside: string | undefined, allowed: string): string {
  if (kind === '{') return 's}'
  if (kind === '[') return `${VALUE}]`
  if (kind === ':') return VALUE
  if (kind === ',') return inside === '{' ? 's' : VALUE
  const isKey = kind === 's' && inside === '{' && !allowed.includes('v')
  if (isKey) return ':'
  return inside === undefined ? '' : inside === '{' ? ',}' : ',]'
}

function afterBlanks(text: string, from: number): number {
  BLANKS.lastIndex = from
  return from + (BLANKS.exec(text)?.[0].length ?? 0)
}
