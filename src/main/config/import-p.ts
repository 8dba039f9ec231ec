/** Reads p's ~/.config/p/config.yaml: `default_worker`, and `workers`, each with name and connection. Its other keys are p's own. */
import { z } from 'zod'
import type { NamedHost } from './named-host.ts'
import { parseYaml, schemaError } from './yaml-source.ts'

const PConfig = z.object({
  default_worker: z.string().nullish(),
  workers: z.array(z.object({ name: z.string(), connection: z.string() })).nullish(),
})

/** @throws {AppError} `BAD_CONFIG` with file, line and column. */
export function pWorkers(path: string, text: string): { hosts: NamedHost[]; defaultName: string | null } {
  const source = parseYaml(path, text)
  const parsed = PConfig.safeParse(source.value ?? {})
  if (!parsed.success) throw schemaError(source, parsed.error.issues)
  const { workers, default_worker } = parsed.data
  const hosts = (workers ?? []).map((worker, index) => ({
    name: worker.name,
    connection: worker.connection,
    place: `${path}, worker ${index + 1}`,
  }))
  return { hosts, defaultName: default_worker ?? null }
}
