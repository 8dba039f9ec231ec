/** The page at app://drover/: its files, and who may be taken for it. */
import { fileURLToPath } from 'node:url'
import { protocol, type WebFrameMain } from 'electron'
import { PageFiles } from '../../api/page-files.ts'
import { PAGE_HEADERS } from '../../api/page-headers.ts'
import { rendererUrl } from '../../resources.ts'

export const PAGE = 'app://drover/'

/** Before Electron is ready: a page of a scheme that is not known has no origin, and could load no script. */
export function claimScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ])
}

export function servePage(): void {
  const files = new PageFiles(fileURLToPath(rendererUrl))
  protocol.handle('app', ({ url, method }) => {
    const { host, pathname } = new URL(url)
    const file = host === 'drover' && method === 'GET' ? files.find(pathname) : undefined
    const bytes = file?.bytes.identity
    if (!file || !bytes) return new Response('There is no such file', { status: 404, headers: PAGE_HEADERS })
    return new Response(new Uint8Array(bytes), { headers: { ...PAGE_HEADERS, 'Content-Type': file.type } })
  })
}

export function isPage(url: string): boolean {
  return url === PAGE || url.startsWith(`${PAGE}#`)
}

/** Our page itself, and nothing that stands in it or has taken its place. */
export function isPageFrame(frame: WebFrameMain | null): boolean {
  try {
    return frame !== null && frame.parent === null && isPage(frame.url)
  } catch {
    return false // It has gone, and Electron throws when it is asked.
  }
}
