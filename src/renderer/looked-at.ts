/** For what a page does again and again: nobody sees a page that is hidden, so there it rests. */

/** Runs `tick` every so often while the page is seen, and at once when it comes back into sight. Returns its undo. */
export function whileLookedAt(everyMs: number, tick: () => void): () => void {
  let timer: ReturnType<typeof setInterval> | undefined
  const rest = () => clearInterval(timer)
  const go = () => {
    rest()
    if (!document.hidden) timer = setInterval(tick, everyMs)
  }
  const turn = () => {
    go()
    if (!document.hidden) tick()
  }
  document.addEventListener('visibilitychange', turn)
  go()
  return () => {
    document.removeEventListener('visibilitychange', turn)
    rest()
  }
}
