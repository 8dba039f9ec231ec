/** A project of three processes that run; `change` is what the test is about. */
import type { ProjectView } from '../../src/shared/process.ts'
import { processView } from './process-view.ts'

export function projectView(change: Partial<ProjectView> = {}): ProjectView {
  return {
    id: '00000000-0000-4000-8000-000000000001',
    folder: '/srv/shop',
    name: 'shop',
    formation: { web: 2, worker: 1 },
    problems: [],
    whenOneEnds: 'leave',
    createdAt: 0,
    processes: ['web.1', 'web.2', 'worker.1'].map((label, position) => processView({ label, position })),
    ...change,
  }
}
