/** Who waits for whom: pure functions over names. */

/** The names of one circle, the first of them again at its end; null if nobody waits for himself. */
export function findCircle(waitsFor: ReadonlyMap<string, readonly string[]>): readonly string[] | null {
  const left = withoutFree(waitsFor)
  const path: string[] = []
  // Each that is left waits for another that is left, so this way leads to one that it has met.
  for (let [at] = left.keys(); at !== undefined; at = waitsFor.get(at)?.find(name => left.has(name))) {
    const met = path.indexOf(at)
    if (met >= 0) return [...path.slice(met), at]
    path.push(at)
  }
  return null
}

/** Takes away whoever waits for nobody, then who waited for those alone, and so on. */
function withoutFree(waitsFor: ReadonlyMap<string, readonly string[]>): ReadonlyMap<string, number> {
  const left = new Map([...waitsFor].map(([name, others]) => [name, others.filter(other => waitsFor.has(other)).length]))
  const waiters = new Map([...waitsFor.keys()].map(name => [name, [] as string[]]))
  for (const [name, others] of waitsFor) {
    for (const other of others) waiters.get(other)?.push(name)
  }
  const free = [...left].filter(([, count]) => count === 0).map(([name]) => name)
  for (let name = free.pop(); name !== undefined; name = free.pop()) {
    left.delete(name)
    for (const waiter of waiters.get(name) ?? []) {
      const count = (left.get(waiter) ?? 0) - 1
      left.set(waiter, count)
      if (count === 0) free.push(waiter)
    }
  }
  return left
}
