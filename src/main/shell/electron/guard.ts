/** What no page may do, whichever gets into a window of ours: go elsewhere, open others, embed them, or ask for anything of the computer. */
import { app, type Session, shell, type WebContents } from 'electron'
import { isPage } from './page.ts'

/** To copy what a person has selected; nothing reads the clipboard but a person's own paste. */
const ALLOWED: readonly string[] = ['clipboard-sanitized-write']

export function guardAll(session: Session): void {
  session.setPermissionRequestHandler((contents, permission, answer) =>
    answer(ALLOWED.includes(permission) && isPage(contents.getURL())),
  )
  session.setPermissionCheckHandler(
    (contents, permission) => contents !== null && ALLOWED.includes(permission) && isPage(contents.getURL()),
  )
  session.setDevicePermissionHandler(() => false)
  app.on('web-contents-created', (_event, contents) => guard(contents))
}

function guard(contents: WebContents): void {
  // Our own page again is a reload.
  const stay = (event: { url: string; preventDefault(): void }) => {
    if (!isPage(event.url)) event.preventDefault()
  }
  contents.on('will-navigate', stay)
  contents.on('will-frame-navigate', stay)
  contents.on('will-redirect', stay)
  contents.on('will-attach-webview', event => event.preventDefault())
  contents.setWindowOpenHandler(({ url }) => {
    if (isWebAddress(url)) void shell.openExternal(url)
    return { action: 'deny' }
  })
}

function isWebAddress(url: string): boolean {
  if (!URL.canParse(url)) return false
  const { protocol } = new URL(url)
  return protocol === 'http:' || protocol === 'https:'
}
