/**
 * What runs in the page for a bench: it says when what a person asked for stands on the screen, by the page's own clock. Painted is after
 * the frame: a task that is queued while one is made runs when it has been painted and handed on.
 */

/** What shall be seen: an element, whose text fits this pattern; or none such any more. */
export type Sight = { selector: string; text?: string; isGone?: boolean }

export type Probe = {
  /** Milliseconds from the next such input until the sight is painted; to be asked for with `result`. */
  arm(input: 'click' | 'keydown', sight: Sight): void
  /** The same for anything else: `painted` is called at the input, and says when it was painted. */
  time(input: 'click' | 'keydown', painted: () => Promise<number>): void
  result(): Promise<number>
  /** When it was painted, or is now: milliseconds since the page's beginning. */
  seen(sight: Sight): Promise<number>
  /** When what is in the page now has been painted: milliseconds since the page's beginning. */
  painted(): Promise<number>
  /** The same as epoch milliseconds: the clock of every program on this machine. */
  epoch(at: number): number
}

declare global {
  interface Window {
    bench: Probe
  }
}

/** Goes into the page as text: it may use nothing from outside itself. */
export function installProbe(): void {
  let measured: Promise<number> = Promise.reject(new Error('Nothing is measured'))
  measured.catch(() => undefined)

  const isSeen = ({ selector, text = '', isGone = false }: Sight) => {
    const pattern = new RegExp(text)
    return isGone !== [...document.querySelectorAll(selector)].some(element => pattern.test(element.textContent ?? ''))
  }
  const painted = () =>
    new Promise<number>(resolve => {
      // Seen for the first time an element is told of in the frame under way or the next one, behind all that changes the page in it.
      const observer = new ResizeObserver(() => {
        observer.disconnect()
        const { port1, port2 } = new MessageChannel()
        port1.onmessage = () => resolve(performance.now())
        port2.postMessage(null)
      })
      observer.observe(document.documentElement)
    })

  const seen = (sight: Sight) =>
    new Promise<number>(resolve => {
      const observer = new MutationObserver(() => {
        if (!isSeen(sight)) return
        observer.disconnect()
        resolve(painted())
      })
      observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true })
    })

  window.bench = {
    arm: (input, sight) => {
      if (isSeen(sight)) throw new Error(`It is so already: ${JSON.stringify(sight)}`)
      window.bench.time(input, () => seen(sight))
    },
    time: (input, painted) => {
      measured = new Promise(resolve => {
        const heard = ({ timeStamp }: Event) => void painted().then(at => resolve(at - timeStamp))
        addEventListener(input, heard, { capture: true, once: true })
      })
    },
    result: () => measured,
    seen: sight => (isSeen(sight) ? painted() : seen(sight)),
    painted,
    // Not performance.timeOrigin: that stays as it was when somebody sets the machine's clock right. The date is read as it turns.
    epoch: at => {
      const before = Date.now()
      let now = before
      while (now === before) now = Date.now()
      return now - performance.now() + at
    },
  }
}
