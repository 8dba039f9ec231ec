/** Puts a text into the clipboard, also on a page that came over the network without encryption: there the browser's own way is missing. */
import { showToast } from '../stores/toasts.ts'

/** To be called while a person's click or key is handled. @throws {Error} if the browser does not let us. */
export async function copyText(text: string): Promise<void> {
  if (isSecureContext) await navigator.clipboard.writeText(text)
  else if (!copySelected(text)) throw new Error('The browser did not let the page copy')
}

/** For a person who asked for it: says `done` when it is. @throws {Error} as above. */
export async function copyAndSay(text: string, done: string): Promise<void> {
  await copyText(text)
  showToast({ kind: 'done', text: done })
}

/** Such a page can only have copied what is selected, so for a moment the text is. */
function copySelected(text: string): boolean {
  const focused = document.activeElement
  const selection = getSelection()
  const range = selection && selection.rangeCount > 0 ? selection.getRangeAt(0).cloneRange() : null
  const area = document.createElement('textarea')
  area.value = text
  area.style.position = 'fixed'
  area.style.opacity = '0'
  // While a dialog is open, nothing outside of it can be selected.
  const place = focused?.closest('dialog') ?? document.body
  place.append(area)
  area.select()
  const isCopied = document.execCommand('copy')
  area.remove()
  if (focused instanceof HTMLElement) focused.focus()
  if (range) {
    selection?.removeAllRanges()
    selection?.addRange(range)
  }
  return isCopied
}
