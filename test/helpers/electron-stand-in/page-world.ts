/**
 * contextBridge between the preload's isolated world and the page's: runs in both, by its text, and uses nothing from outside of itself.
 * The two speak by events of the document, whose details are copied from world to world.
 */
export type Bridge = { expose(name: string, api: unknown): void }

export function makeBridge(side: 'page' | 'preload', other: 'page' | 'preload'): Bridge {
  type Packed = { f: number } | { o: [string, Packed][] } | { v: unknown }
  const functions = new Map<number, (...values: unknown[]) => unknown>()
  const exposed: { name: string; api: Packed }[] = []
  let result: { value: Packed } | { error: string } | undefined

  const tell = (type: string, detail: unknown) => document.dispatchEvent(new CustomEvent(`stand-in-${other}-${type}`, { detail }))
  const on = <T>(type: string, listener: (detail: T) => void) =>
    document.addEventListener(`stand-in-${side}-${type}`, event => listener((event as CustomEvent<T>).detail))

  const pack = (value: unknown): Packed => {
    if (typeof value === 'function') {
      functions.set(functions.size + 1, value as (...values: unknown[]) => unknown)
      return { f: functions.size }
    }
    if (value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype)
      return { o: Object.entries(value).map(([name, inner]) => [name, pack(inner)]) }
    return { v: value }
  }
  const unpack = (packed: Packed): unknown => {
    if ('v' in packed) return packed.v
    if ('o' in packed) return Object.freeze(Object.fromEntries(packed.o.map(([name, inner]) => [name, unpack(inner)])))
    return (...values: unknown[]) => {
      result = undefined
      tell('call', { id: packed.f, values: values.map(pack) })
      const answer = result as { value: Packed } | { error: string } | undefined
      if (answer && 'error' in answer) throw new Error(answer.error)
      return answer && unpack(answer.value)
    }
  }
  on<{ id: number; values: Packed[] }>('call', ({ id, values }) => {
    try {
      tell('result', { value: pack(functions.get(id)?.(...values.map(unpack))) })
    } catch (error) {
      tell('result', { error: String(error) })
    }
  })
  on<{ value: Packed } | { error: string }>('result', answer => {
    result = answer
  })
  on<{ name: string; api: Packed }>('expose', ({ name, api }) => {
    if (!(name in window)) Object.defineProperty(window, name, { value: unpack(api), enumerable: true })
  })
  // Nobody knows which world is there first.
  on('hello', () => {
    for (const one of exposed) tell('expose', one)
  })
  tell('hello', null)
  return {
    expose: (name, api) => {
      const one = { name, api: pack(api) }
      exposed.push(one)
      tell('expose', one)
    },
  }
}

/**
 * `window.open` as it is where the app denies it: the app is asked, and nothing is opened. A real one would be, for a moment, and a
 * debugger that is to see it first may stop it in that moment, with the page that waits for it.
 */
export function replaceOpen(): void {
  window.open = (url = 'about:blank') => {
    document.dispatchEvent(new CustomEvent('stand-in-open', { detail: new URL(url, location.href).href }))
    return null
  }
}
