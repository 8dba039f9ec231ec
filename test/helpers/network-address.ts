import { networkInterfaces } from 'node:os'

/** Of this machine, as others see it. @throws {Error} on one without a network: there is no such address to be had. */
export function networkAddress(): string {
  const found = Object.values(networkInterfaces())
    .flat()
    .find(at => at?.family === 'IPv4' && !at.internal)
  if (!found) throw new Error('This machine has no address but loopback’s')
  return found.address
}
