/**
 * What runs in the page for a bench: it says when what a person asked for stands on the screen, by the page's own clock. Painted is after
 * the frame: a task that was queued when the frame began runs when it has been drawn and handed on.
 */

/** What shall be seen: an element, whose text fits this pattern; or none such any more. */
export type Sight = { selector: string; text?: string; isGone?: boolean }

export type Probe = {
  /** Milliseconds from the next such input until the sight is painted; to be asked for with `result`. */
  arm(input: 'click' | 'keydown', sight: Sight): void
  result(): Promise<number>
  /** After the frame that comes next. Milliseconds since the page's beginning. */
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
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel()
        port1.onmessage = () => resolve(performance.now())
        port2.postMessage(null)
      })
    })

  window.bench = {
    arm: (input, sight) => {
      if (isSeen(sight)) throw new Error(`It is so already: ${JSON.stringify(sight)}`)
      measured = new Promise(resolve => {
        let from: number | undefined
        const look = () => {
          if (from === undefined || !isSeen(sight)) return
          observer.disconnect()
          const began = from
          void painted().then(at => resolve(at - began))
        }
        const observer = new MutationObserver(look)
        const heard = (event: Event) => {
          from = event.timeStamp
          observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true })
        }
        addEventListener(input, heard, { capture: true, once: true })
      })
    },
    result: () => measured,
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
