import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { EventBody } from '../../shared/domain.ts'
import type { HostLink } from '../hosts/host-link.ts'
import { type PullFiles, Pulls } from './pulls.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('a pull in which nothing moves tells how far it is, again and again, and no more once it has ended', async () => {
  const events: EventBody[] = []
  const { promise: files, resolve: arrive } = Promise.withResolvers<{ files: string[] }>()
  const pullFiles: PullFiles = ({ onProgress }) => {
    onProgress({ filesDone: 1, bytesDone: 7, bytesTotal: null })
    return files
  }
  const pulls = new Pulls({
    pullFiles,
    linkOf: () => ({ ready: async () => ({}) }) as unknown as HostLink,
    emit: event => events.push(event),
  })
  const pullId = pulls.start({ jobId: 'a', pattern: 'out/*', destination: '/here', overwrite: false })
  const progress = { type: 'pull.progress', pullId, jobId: 'a', filesDone: 1, bytesDone: 7, bytesTotal: null }
  await vi.advanceTimersByTimeAsync(11_000)
  expect(events).toEqual([progress, progress, progress])
  arrive({ files: ['/here/x'] })
  await vi.advanceTimersByTimeAsync(60_000)
  const ended = { type: 'pull.ended', pullId, jobId: 'a', pattern: 'out/*', files: ['/here/x'], error: null }
  expect(events.slice(3)).toEqual([ended])
})
