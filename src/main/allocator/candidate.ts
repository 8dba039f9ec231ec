/** A host that fits, with what its score was made from. */
import type { HostInput, HostLoad } from '../../shared/placement.ts'

export type Candidate = { readonly host: HostInput; readonly sample: HostLoad; readonly score: number }
