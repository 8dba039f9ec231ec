/** Reads ~/.beowulf/hosts: a host a line, `name` or `name:port`; `#` begins a comment. */
import { badLine, type NamedHost } from './named-host.ts'

const LINE = /^(?:[^\s@]+@)?(\[[^\s\]]+\]|[^\s:@[\]]+)(?::(\d+))?$/

/** @throws {AppError} `BAD_CONFIG` with file and line on the first line that is no host. */
export function beowulfHosts(path: string, text: string): NamedHost[] {
  return text.split('\n').flatMap((line, index) => {
    const connection = line.replace(/#.*$/, '').trim()
    if (connection === '') return []
    const place = `${path}:${index + 1}`
    const [, name, port] = LINE.exec(connection) ?? badLine(place, 'not a host: write name or name:port')
    if (port !== undefined && !(Number(port) >= 1 && Number(port) <= 65_535)) badLine(place, `${port} is no port from 1 to 65535`)
    return [{ name: name ?? '', connection, place }]
  })
}
