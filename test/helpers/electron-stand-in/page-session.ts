/** One page of Chromium as a window has it: its two worlds, its messages, its requests. What the app makes of them is WebContents'. */
import { EventEmitter } from 'node:events'
import type { Session } from './cdp.ts'
import { chromium } from './chromium.ts'
import { makeBridge, replaceOpen } from './page-world.ts'
import { type Received, runPreload, type Sent } from './preload-world.ts'
import { fromDrawn, toDrawn } from './protocol.ts'
import { makeWire } from './wire.ts'

const WORLD = 'electron-preload'
const wire = makeWire()

/** `Document` requests are navigations. */
export type Paused = { url: string; method: string; isNavigation: boolean; isMainFrame: boolean }
type Events = {
  /** From the preload's world number `context`. */
  sent: [message: Exclude<Sent, { type: 'open' }>, context: number]
  /** A world has ended, with everything in it. */
  worldGone: [context: number]
  navigated: [url: string]
  opened: [url: string]
  crashed: []
  gone: []
}
type Options = {
  preload: string | null
  width: number
  height: number
  onRequest(request: Paused): Promise<Response | 'refused' | null>
}

export class PageSession extends EventEmitter<Events> {
  readonly targetId: string
  readonly #session: Session
  readonly #options: Options
  readonly #worlds = new Set<number>()
  #mainFrame = ''

  private constructor(targetId: string, session: Session, options: Options) {
    super()
    this.targetId = targetId
    this.#session = session
    this.#options = options
  }

  static async open(options: Options): Promise<PageSession> {
    const cdp = await chromium()
    const { width, height } = options
    const { targetId } = await cdp.browser.send('Target.createTarget', { url: 'about:blank', newWindow: true, width, height })
    const page = new PageSession(targetId, await cdp.attach(targetId), options)
    cdp.browser.on('Target.targetDestroyed', gone => {
      if (gone.targetId === targetId) page.emit('gone')
    })
    await page.#start()
    return page
  }

  /** @throws {Error} if it does not load. */
  async load(url: string): Promise<void> {
    const loaded = this.#loaded()
    const { errorText } = await this.#session.send('Page.navigate', { url: toDrawn(url) })
    if (errorText) throw new Error(`${errorText} loading ${url}`)
    await loaded
  }

  async reload(): Promise<void> {
    const loaded = this.#loaded()
    await this.#session.send('Page.reload')
    await loaded
  }

  #loaded(): Promise<unknown> {
    return new Promise(resolve => this.#session.once('Page.loadEventFired', resolve))
  }

  async close(): Promise<void> {
    const { browser } = await chromium()
    await browser.send('Target.closeTarget', { targetId: this.targetId }).catch(() => undefined) // Somebody else did.
  }

  /** To the world, or to all there are. */
  tell(message: Received, context?: number): void {
    for (const executionContextId of context === undefined ? this.#worlds : [context]) {
      const call = {
        functionDeclaration: 'text => standInReceive(text)',
        executionContextId,
        arguments: [{ value: wire.encode(message) }],
      }
      this.#session.send('Runtime.callFunctionOn', call).catch(() => undefined) // It ended meanwhile.
    }
  }

  async #start(): Promise<void> {
    const session = this.#session
    this.#follow()
    await session.send('Page.enable')
    const { frameTree } = await session.send('Page.getFrameTree')
    this.#mainFrame = frameTree.frame.id
    await session.send('Runtime.enable')
    await session.send('Fetch.enable', { patterns: [{ urlPattern: '*' }] })
    await session.send('Runtime.addBinding', { name: 'standInSend', executionContextName: WORLD })
    const { preload } = this.#options
    if (preload === null) return
    const page = `{ (${makeBridge})('page', 'preload'); (${replaceOpen})() }`
    const isolated = `(${runPreload})((${makeWire})(), (${makeBridge})('preload', 'page'), function (require, module) { ${preload}\n })`
    await session.send('Page.addScriptToEvaluateOnNewDocument', { source: `if (window === top) ${page}` })
    await session.send('Page.addScriptToEvaluateOnNewDocument', { worldName: WORLD, source: `if (window === top) ${isolated}` })
  }

  #follow(): void {
    const session = this.#session
    session.on('Runtime.executionContextCreated', ({ context }) => {
      if (context.name === WORLD && context.auxData.frameId === this.#mainFrame) this.#worlds.add(context.id)
    })
    session.on('Runtime.executionContextDestroyed', ({ executionContextId }) => this.#worldGone(executionContextId))
    session.on('Runtime.executionContextsCleared', () => {
      for (const world of this.#worlds) this.#worldGone(world)
    })
    session.on('Runtime.bindingCalled', ({ name, payload, executionContextId }) => {
      if (name !== 'standInSend') return
      const message = wire.decode(payload) as Sent
      if (message.type === 'open') this.emit('opened', fromDrawn(message.url))
      else this.emit('sent', message, executionContextId)
    })
    session.on('Page.frameNavigated', ({ frame }) => {
      if (frame.id === this.#mainFrame) this.emit('navigated', fromDrawn(`${frame.url}${frame.urlFragment ?? ''}`))
    })
    session.on('Page.navigatedWithinDocument', ({ frameId, url }) => {
      if (frameId === this.#mainFrame) this.emit('navigated', fromDrawn(url))
    })
    session.on('Page.windowOpen', ({ url }) => this.emit('opened', fromDrawn(url)))
    session.on('Inspector.targetCrashed', () => this.emit('crashed'))
    session.on('Fetch.requestPaused', paused => void this.#request(paused).catch(() => undefined)) // The page went away.
  }

  #worldGone(context: number): void {
    if (this.#worlds.delete(context)) this.emit('worldGone', context)
  }

  async #request(paused: {
    requestId: string
    request: { url: string; method: string }
    resourceType: string
    frameId: string
  }): Promise<void> {
    const { requestId, request, resourceType, frameId } = paused
    const answer = await this.#options.onRequest({
      url: fromDrawn(request.url),
      method: request.method,
      isNavigation: resourceType === 'Document',
      isMainFrame: frameId === this.#mainFrame,
    })
    if (answer === 'refused') await this.#session.send('Fetch.failRequest', { requestId, errorReason: 'Aborted' })
    else if (answer === null) await this.#session.send('Fetch.continueRequest', { requestId })
    else {
      await this.#session.send('Fetch.fulfillRequest', {
        requestId,
        responseCode: answer.status,
        responseHeaders: [...answer.headers].map(([name, value]) => ({ name, value })),
        body: Buffer.from(await answer.arrayBuffer()).toString('base64'),
      })
    }
  }
}
