/** A browser that is a script: it writes down how it was started, and then does as it is told. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { waitFor } from './wait.ts'

export type Started = {
  pid: number
  args: string[]
  env: Record<string, string>
  page: string /** Its stdin, stdout, stderr and folder. */
  files: string[]
}
export type FakeBrowser = {
  readonly folder: string
  /** How it was started, once it was. */
  started(name: string): Promise<Started>
  wasStarted(name: string): boolean
}

/** In `folder`, which is to be in the PATH. `then` is what each does at the end, in shell: `exec sleep 600` is one that goes on. */
export function makeBrowsers(folder: string, then: Readonly<Record<string, string>>): FakeBrowser {
  mkdirSync(folder, { recursive: true })
  const record = (name: string) => join(folder, `${name}.record`)
  for (const [name, end] of Object.entries(then)) {
    const script = [
      '#!/bin/sh',
      `out='${record(name)}'`,
      'for last; do :; done',
      'file=$(printf %s "$last" | sed "s,.*file://,,")',
      'printf "%s\\0" "$$" >"$out.head"',
      '{ cat "$file"; printf "\\0"; } >>"$out.head"',
      'readlink "/proc/$$/fd/0" "/proc/$$/fd/1" "/proc/$$/fd/2" "/proc/$$/cwd" | cat >"$out.files"',
      'cat /proc/$$/environ >"$out.env"',
      'printf "%s\\0" "$@" >"$out.args"',
      'mv "$out.head" "$out"',
      end,
    ]
    writeFileSync(join(folder, name), `${script.join('\n')}\n`, { mode: 0o755 })
  }
  const words = (path: string) => readFileSync(path, 'utf8').split('\0').slice(0, -1)
  return {
    folder,
    wasStarted: name => existsSync(record(name)),
    started: async name => {
      await waitFor(() => existsSync(record(name)), { what: `${name} to be started` })
      const [pid = '', page = ''] = words(record(name))
      const files = readFileSync(`${record(name)}.files`, 'utf8')
        .trim()
        .split('\n')
      const env = words(`${record(name)}.env`).map(word => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)])
      return { pid: Number(pid), page, files, args: words(`${record(name)}.args`), env: Object.fromEntries(env) }
    },
  }
}
