/** What job methods ask of placing, beside the placing itself: whether rules decide, whether a named host has what is needed, and why. */
import { AppError } from '../../shared/errors.ts'
import { explain } from '../allocator/explain.ts'
import { decodeInputs } from '../allocator/inputs-codec.ts'
import { missingNeeds, missingText } from '../allocator/needs.ts'
import type { Hosts } from '../hosts/hosts.ts'
import { isRuled, type PlacerOptions } from '../jobs/placer.ts'
import type { JobMethodsOptions } from './job-methods.ts'

export type JobPlacement = Pick<JobMethodsOptions, 'isRuled' | 'requireNeeds' | 'explain'>

export function jobPlacement({ placer, hosts }: { placer: PlacerOptions; hosts: Hosts }): JobPlacement {
  return {
    isRuled: row => isRuled(row, placer),
    requireNeeds: (name, needs) => {
      const info = hosts.get(name).live?.agent.info
      const traits = { arch: info?.arch ?? null, hasGpu: info?.hasGpu ?? null, tags: placer.traitsOf(name).tags }
      const missing = missingNeeds(traits, needs)
      if (missing.length === 0) return
      const help = 'Leave out --on HOST to have one chosen that has it'
      throw new AppError('NO_HOST', `${name} does not fit: ${missingText(traits, missing)}. ${help}`)
    },
    explain: ({ id, placement }, options) => {
      const kept = placer.store.placements.get(id)
      return explain({ placement, inputs: kept === null ? null : decodeInputs(kept) }, options)
    },
  }
}
