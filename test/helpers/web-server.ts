/** The real web server on a port of its own, over a page, methods and a clock that a test makes by hand. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { AttemptLimit } from '../../src/main/api/attempt-limit.ts'
import { EventBus } from '../../src/main/api/events.ts'
import { MetricsTokens } from '../../src/main/api/metrics-tokens.ts'
import { PageFiles } from '../../src/main/api/page-files.ts'
import { WebAccess } from '../../src/main/api/web-access.ts'
import { urlOf } from '../../src/main/api/web-guard.ts'
import { WebServer } from '../../src/main/api/web-server.ts'
import type { Methods } from '../../src/shared/contract.ts'
import { AppError } from '../../src/shared/errors.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { temporaryStore } from './temporary-store.ts'

export type WebOptions = {
  /** By their names in the page's folder. */
  page?: Record<string, string | Buffer>
  methods?: Partial<Methods>
  address?: string
  helloMs?: number
}
export type RunningWeb = {
  readonly address: string
  readonly server: WebServer
  readonly access: WebAccess
  readonly tokens: MetricsTokens
  /** Moves the clock on. */
  pass(ms: number): void
}

export async function startWeb(options: WebOptions = {}): Promise<RunningWeb> {
  let now = 1_760_000_000_000
  const clock = { now: () => now }
  const store = temporaryStore()
  const access = new WebAccess({ clock, steady: clock, store: store.web, onEnd: sessions => server.shutOut(sessions) })
  const tokens = new MetricsTokens({ clock, store: store.tokens })
  const nothingThere = () => Promise.reject(new AppError('NOT_FOUND', 'There is no such job'))
  const noDrop = () => {
    throw new AppError('NOT_FOUND', 'There is no such drop')
  }
  const server = new WebServer({
    api: {
      methods: { ...options.methods } as Methods,
      principal: { role: 'owner' },
      bus: new EventBus(),
      streams: { openLog: nothingThere, openTerminal: nothingThere, openUpload: noDrop, openOutput: noDrop },
    },
    access,
    tokens,
    tries: new AttemptLimit({ clock }),
    page: new PageFiles(pageFolder(options.page ?? {})),
    startedAt: now,
    ...(options.helloMs !== undefined && { helloMs: options.helloMs }),
  })
  const at = await server.listen(options.address ?? '127.0.0.1', [0])
  onTestFinished(() => server.close())
  return {
    address: urlOf(at),
    server,
    access,
    tokens,
    pass: ms => {
      now += ms
    },
  }
}

function pageFolder(page: Record<string, string | Buffer>): string {
  const folder = join(temporaryFolder(), 'page')
  for (const [name, content] of Object.entries(page)) {
    const path = join(folder, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, content)
  }
  return folder
}
