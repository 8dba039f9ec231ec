/** What comes of `promise` in `ms`; after that, of `onLate`, which may throw. What is late is not stopped, and nobody hears of it. */
export async function within<T>(promise: Promise<T>, ms: number, onLate: () => T): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<T>((resolve, reject) => {
    timer = setTimeout(() => {
      try {
        resolve(onLate())
      } catch (error) {
        reject(error)
      }
    }, ms)
  })
  return await Promise.race([promise, late]).finally(() => clearTimeout(timer))
}
