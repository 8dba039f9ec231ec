/** The servers of projects, over a real store and real sockets, of one project whose methods a test can watch. */
import { PassThrough } from 'node:stream'
import { onTestFinished } from 'vitest'
import { EventBus } from '../../src/main/api/events.ts'
import { ProjectServers, type ServerStore } from '../../src/main/api/rest/project-servers.ts'
import { noLog } from '../../src/main/log.ts'
import type { Methods } from '../../src/shared/contract.ts'
import { AppError } from '../../src/shared/errors.ts'
import type { FailurePattern, OutputEntry, ProjectView } from '../../src/shared/process.ts'
import { byteSource } from './byte-source.ts'
import { projectView } from './project-view.ts'
import { temporaryStore } from './temporary-store.ts'

export class ProjectGround {
  readonly bus = new EventBus()
  readonly store: ServerStore = temporaryStore().servers
  /** What was called, in order: `process.stop {"project":…}`. */
  readonly called: string[] = []
  readonly errors: unknown[] = []
  readonly outputs: PassThrough[] = []
  project: ProjectView = projectView()
  patterns: FailurePattern[] = []

  /** As a core would have them that starts now. */
  async servers(): Promise<ProjectServers> {
    const servers = new ProjectServers({
      methods: this.#methods(),
      openOutput: () => {
        const output = new PassThrough()
        this.outputs.push(output)
        return byteSource(output)
      },
      bus: this.bus,
      store: this.store,
      clock: { now: () => Date.now() },
      log: noLog,
      reportError: error => this.errors.push(error),
    })
    onTestFinished(() => servers.closeAll())
    await servers.resume()
    return servers
  }

  print(...entries: OutputEntry[]): void {
    for (const entry of entries) this.outputs.at(-1)?.write(`${JSON.stringify(entry)}\n`)
  }

  #methods(): Methods {
    const acts = (verb: string) => async (input: { processes: readonly string[] }) => {
      this.called.push(`${verb} ${input.processes.join(' ')}`)
      return { processes: this.project.processes.filter(({ label }) => input.processes.includes(label)) }
    }
    const methods = {
      'project.list': async () => ({ projects: [this.project] }),
      'project.get': async () => ({ project: this.project }),
      'project.down': async ({ project }: { project: string }) => {
        this.called.push(`project.down ${project}`)
        return { project: this.project }
      },
      'process.start': acts('process.start'),
      'process.stop': acts('process.stop'),
      'process.restart': acts('process.restart'),
      'pattern.list': async () => ({ patterns: this.patterns }),
      'pattern.add': async (pattern: Omit<FailurePattern, 'id' | 'projectId' | 'source'>) => {
        const { process, pattern: text, isRegex, action } = pattern
        const added: FailurePattern = {
          ...{ id: `${this.patterns.length}ddddddd-0000-4000-8000-000000000000`, projectId: this.project.id },
          ...{ process, pattern: text, isRegex, action, source: 'person' },
        }
        this.patterns.push(added)
        return { pattern: added }
      },
      'pattern.remove': async ({ patternId }: { patternId: string }) => {
        const found = this.patterns.find(({ id }) => id === patternId)
        if (found?.source === 'file') throw new AppError('CONFLICT', 'It stands in failure_declarations.json')
        this.patterns = this.patterns.filter(one => one !== found)
        return null
      },
    }
    return methods as unknown as Methods
  }
}
