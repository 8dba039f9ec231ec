/**
 * The files of the window's page, read once into memory: a build that is replaced while the core runs cannot mix the old with the new,
 * and no name that a request bears ever reaches the file system.
 */
import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs'
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { extname, join } from 'node:path'

export type Encoding = 'identity' | 'br' | 'gzip'
export type PageFile = { type: string; isImmutable: boolean; bytes: Partial<Record<Encoding, Buffer>> }

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.webmanifest': 'application/manifest+json',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
}
const ENDINGS: readonly [Encoding, string][] = [
  ['br', '.br'],
  ['gzip', '.gz'],
]
const NO_PAGE = 'This Drover was built without its window; build it with: npm run build\n'

export class PageFiles {
  readonly #files = new Map<string, PageFile>()

  /** A folder that is not there has no files. */
  constructor(folder: string) {
    if (existsSync(folder)) for (const name of filesIn(folder)) this.#add(join(folder, name), name)
    // A packed file is only ever another form of a plain one.
    for (const [name, { bytes }] of this.#files) if (!bytes.identity) this.#files.delete(name)
  }

  /** By the path of its address; `/` is the page. */
  find(path: string): PageFile | undefined {
    return this.#files.get(path === '/' ? '/index.html' : path)
  }

  /** Answers a request for one of the files; false for what is none. */
  answer(request: IncomingMessage, response: ServerResponse): boolean {
    const { method, url = '/' } = request
    if (method !== 'GET' && method !== 'HEAD') return false
    const file = this.find(url)
    if (!file && url !== '/') return false
    const [encoding, bytes] = file ? chosen(file, request) : (['identity', Buffer.from(NO_PAGE)] as const)
    const headers: OutgoingHttpHeaders = {
      'Content-Type': file?.type ?? 'text/plain; charset=utf-8',
      'Content-Length': bytes.length,
      'Cache-Control': file?.isImmutable ? 'public, max-age=31536000, immutable' : 'no-store',
      Vary: 'Accept-Encoding',
      ...(encoding !== 'identity' && { 'Content-Encoding': encoding }),
    }
    response.writeHead(file ? 200 : 503, headers)
    response.end(method === 'HEAD' ? undefined : bytes)
    return true
  }

  #add(path: string, name: string): void {
    const variant = ENDINGS.find(([, ending]) => name.endsWith(ending))
    const plain = variant ? name.slice(0, -variant[1].length) : name
    const type = TYPES[extname(plain)]
    if (type === undefined) return // As source maps: nothing that the page asks for.
    const file = this.#files.get(`/${plain}`) ?? { type, isImmutable: plain.startsWith('assets/'), bytes: {} }
    file.bytes[variant?.[0] ?? 'identity'] = readFileSync(path)
    this.#files.set(`/${plain}`, file)
  }
}

function chosen({ bytes }: PageFile, request: IncomingMessage): readonly [Encoding, Buffer] {
  const accepted = acceptedBy(String(request.headers['accept-encoding'] ?? ''))
  for (const [encoding] of ENDINGS) {
    const packed = bytes[encoding]
    if (packed && accepted.includes(encoding)) return [encoding, packed]
  }
  return ['identity', bytes.identity ?? Buffer.alloc(0)]
}

/** `br;q=0` refuses what it names. */
function acceptedBy(header: string): string[] {
  return header.split(',').flatMap(part => {
    const [name = '', ...parameters] = part.split(';').map(word => word.trim().toLowerCase())
    return parameters.some(parameter => /^q=0(\.0*)?$/.test(parameter)) ? [] : [name]
  })
}

/** By calls as plain as can be: in a package the folder is a part of Electron's archive, which knows these. */
function filesIn(folder: string): string[] {
  return readdirSync(folder).flatMap(name => {
    const stat = lstatSync(join(folder, name), { throwIfNoEntry: false })
    if (stat?.isDirectory()) return filesIn(join(folder, name)).map(inner => `${name}/${inner}`)
    return stat?.isFile() ? [name] : []
  })
}
