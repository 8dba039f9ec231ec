/**
 * Links in a terminal. What a host prints is not to be trusted: only http and https open, in a tab that knows nothing of this one, and only
 * by a click with Ctrl (or Cmd). A link whose text is not its address (OSC 8) is asked about first, with its true address.
 */

/** The address as it will be opened, or null if it is none for a browser. */
export function webAddress(text: string): string | null {
  const url = URL.parse(text)
  return url !== null && (url.protocol === 'http:' || url.protocol === 'https:') ? url.href : null
}

export function isMeant(event: Pick<MouseEvent, 'ctrlKey' | 'metaKey'>): boolean {
  return event.ctrlKey || event.metaKey
}

export function openAddress(address: string): void {
  window.open(address, '_blank', 'noopener,noreferrer')
}
