/** By hand: node:timers/promises would be loaded by every command that may have to wait, though hardly any does. */
export function delay(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms))
}
