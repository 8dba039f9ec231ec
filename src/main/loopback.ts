/** Addresses at which only this computer itself can reach us. */
export const LOOPBACK = '127.0.0.1'

export function isLoopback(address: string): boolean {
  return /^(0*:)*0*:0*1$/.test(address) || /^(::ffff:)?127(\.\d{1,3}){3}$/i.test(address)
}
