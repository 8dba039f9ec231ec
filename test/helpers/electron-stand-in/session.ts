/** `session`: what the app says to permissions is what Chromium is told before a page can ask. */
import { EventEmitter } from 'node:events'
import { chromium } from './chromium.ts'
import type { Part } from './part.ts'
import { toDrawn } from './protocol.ts'

type Check = NonNullable<Parameters<Electron.Session['setPermissionCheckHandler']>[0]>
type Request = NonNullable<Parameters<Electron.Session['setPermissionRequestHandler']>[0]>
type Permission = Parameters<Check>[1] & Parameters<Request>[1]

/** Chromium's names, and Electron's. */
const PERMISSIONS: readonly [string, Permission][] = [
  ['geolocation', 'geolocation'],
  ['notifications', 'notifications'],
  ['camera', 'media'],
  ['microphone', 'media'],
  ['midi', 'midi'],
  ['clipboard-read', 'clipboard-read'],
  ['clipboard-write', 'clipboard-sanitized-write'],
]

class StandInSession extends EventEmitter implements Part<Electron.Session> {
  #check: Check | null = null
  #request: Request | null = null

  setPermissionCheckHandler(handler: Check | null): void {
    this.#check = handler
  }

  setPermissionRequestHandler(handler: Request | null): void {
    this.#request = handler
  }

  setDevicePermissionHandler(): void {
    // No page of Chromium's without a head finds a device.
  }

  /** Without a handler everything is granted, as in Electron. */
  async apply(contents: Electron.WebContents, url: string): Promise<void> {
    const { origin } = new URL(toDrawn(url))
    if (origin === 'null') return // As of data: nobody can be told of it.
    const { browser } = await chromium()
    for (const [name, permission] of PERMISSIONS) {
      const isSeen = this.#check?.(contents, permission, url, {} as Parameters<Check>[3]) ?? true
      let isGiven = this.#request === null
      this.#request?.(contents, permission, granted => (isGiven = granted), {} as Parameters<Request>[3])
      const setting = isSeen && isGiven ? 'granted' : 'denied'
      await browser.send('Browser.setPermission', { origin, permission: { name }, setting })
    }
  }
}

export const defaultSession = new StandInSession()
export const session = { defaultSession: defaultSession as unknown as Electron.Session } satisfies Partial<
  typeof Electron.session
>
