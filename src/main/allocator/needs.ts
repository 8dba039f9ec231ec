/** What a job may ask of its host, `gpu`, `arch:arm64` or a tag, and whether a host has it. */
import type { HostInput } from '../../shared/placement.ts'

/** The other names of what `uname -m` says. */
const ARCHITECTURES: Readonly<Record<string, string>> = { amd64: 'x86_64', x64: 'x86_64', arm64: 'aarch64', armhf: 'armv7l' }
const ARCH = 'arch:'

export type HostTraits = Pick<HostInput, 'arch' | 'hasGpu' | 'tags'>

export function missingNeeds(host: HostTraits, needs: readonly string[]): string[] {
  return needs.filter(need => !hasWhatIsNeeded(host, need))
}

/** `it has no GPU and no tag big` */
export function missingText(host: HostTraits, missing: readonly string[]): string {
  const lacks = missing.filter(need => !need.startsWith(ARCH)).map(need => (need === 'gpu' ? 'no GPU' : `no tag ${need}`))
  const parts = lacks.length > 0 ? [`it has ${lacks.join(' and ')}`] : []
  const arch = missing.find(need => need.startsWith(ARCH))
  if (arch !== undefined) parts.push(`it is ${host.arch ?? 'of an unknown architecture'}, not ${arch.slice(ARCH.length)}`)
  return parts.join(', and ')
}

/** `No host has a GPU.`, with what to do; null when some host has each single need. */
export function lackedByAll(hosts: readonly HostTraits[], needs: readonly string[]): string | null {
  const lacked = needs.find(need => !hosts.some(host => hasWhatIsNeeded(host, need)))
  if (lacked === undefined) return null
  if (lacked.startsWith(ARCH)) return `No host that answers is ${lacked.slice(ARCH.length)}`
  const what = lacked === 'gpu' ? 'a GPU that we see' : `the tag ${lacked}`
  return `No host has ${what}. If one does, say so with: drover host tag HOST +${lacked}`
}

function hasWhatIsNeeded(host: HostTraits, need: string): boolean {
  if (host.tags.includes(need)) return true
  if (need === 'gpu') return host.hasGpu === true
  if (!need.startsWith(ARCH) || host.arch === null) return false
  return architecture(need.slice(ARCH.length)) === architecture(host.arch)
}

function architecture(name: string): string {
  return ARCHITECTURES[name] ?? name
}
