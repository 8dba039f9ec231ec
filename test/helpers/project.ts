/** A project's folder, and a core that runs it: asked by its methods, looked at by its events. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Call } from '../../src/shared/contract.ts'
import type { ProcessView } from '../../src/shared/process.ts'
import { waitFor } from './wait.ts'

export function projectFolder(parent: string, files: Readonly<Record<string, string>>): string {
  const folder = join(parent, `project-${Object.keys(files).length}-${Date.now()}`)
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
  return folder
}

export type Project = ReturnType<typeof projectOf>

export function projectOf(call: Call, folder: string) {
  const list = async () => (await call('project.get', { project: folder })).project.processes
  const one = async (label: string): Promise<ProcessView> => {
    const found = (await list()).find(process => process.label === label)
    if (!found) throw new Error(`There is no ${label}`)
    return found
  }
  return {
    folder,
    list,
    one,
    /** Waits until it stands so, and gives it. */
    until: async (label: string, is: (process: ProcessView) => boolean, what: string): Promise<ProcessView> => {
      let last: ProcessView | null = null
      await waitFor(
        async () => {
          last = await one(label)
          return is(last)
        },
        { what: `${label} ${what}`, timeoutMs: 30_000 },
      ).catch(error => {
        throw new Error(`${error instanceof Error ? error.message : error}; it is ${JSON.stringify(last)}`)
      })
      return last as unknown as ProcessView
    },
  }
}
