/**
 * `${NAME}` and `${NAME:-what else}` in values. A dollar without braces is a dollar, as in dotenv, so that few passwords need quotes;
 * `\${` is a dollar and a brace. What is put in is not looked at again, so nothing can grow without end.
 */

/** `missing`: names without a value, in whose place nothing stands. */
export type Expanded = { readonly text: string; readonly missing: readonly string[] }

const REFERENCE = /(\\?)\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^{}]*))?\}/g

export function expand(text: string, lookUp: (name: string) => string | undefined): Expanded {
  const missing: string[] = []
  const put = (match: string, backslash: string, name: string, otherwise: string | undefined) => {
    if (backslash !== '') return match.slice(1)
    const value = lookUp(name)
    if (otherwise !== undefined && (value === undefined || value === '')) return otherwise
    if (value === undefined) missing.push(name)
    return value ?? ''
  }
  return { text: text.replace(REFERENCE, put), missing }
}
