/** A value once it has stood still for a while: what is being typed is not asked of the core at every key. */
import { useEffect, useState } from 'react'

export function useSettled<T>(value: T, ms = 250): T {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms)
    return () => clearTimeout(timer)
  }, [value, ms])
  return settled
}
