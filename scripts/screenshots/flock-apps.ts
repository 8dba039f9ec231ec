/** Apps for the homes of hosts: desktop entries, icons that are drawn here, and programs that open a window. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { entryText, INDEX_THEME, writeEntry, writeIcon } from '../../test/helpers/app-host.ts'

export type FlockApp = {
  id: string
  name: string
  comment: string
  colour: string
  glyph: string
  actions?: Record<string, string>
}

export const FLOCK_APPS: readonly FlockApp[] = [
  {
    id: 'sheep-counter',
    name: 'Sheep Counter',
    comment: 'Counts what jumps over the fence',
    colour: '#3f7d58',
    glyph:
      '<circle cx="32" cy="28" r="14" fill="#fff"/><circle cx="24" cy="36" r="9" fill="#fff"/><circle cx="41" cy="36" r="9" fill="#fff"/><ellipse cx="32" cy="33" rx="6" ry="8" fill="#333"/>',
    actions: { night: 'Count at night' },
  },
  {
    id: 'wool-weaver',
    name: 'Wool Weaver',
    comment: 'Weaves patterns',
    colour: '#b6543f',
    glyph: '<path d="M14 22h36M14 32h36M14 42h36M22 14v36M32 14v36M42 14v36" stroke="#fff" stroke-width="4"/>',
  },
  {
    id: 'meadow-map',
    name: 'Meadow Map',
    comment: 'Finds the greener side',
    colour: '#6a9a3b',
    glyph: '<path d="M12 44l12-18 9 11 7-9 12 16z" fill="#fff"/><circle cx="44" cy="20" r="5" fill="#ffe08a"/>',
  },
  {
    id: 'fence-editor',
    name: 'Fence Editor',
    comment: 'Draws fences, post by post',
    colour: '#8a6a45',
    glyph: '<path d="M16 50V20l5-6 5 6v30M38 50V20l5-6 5 6v30M10 28h44M10 40h44" fill="none" stroke="#fff" stroke-width="4"/>',
  },
  {
    id: 'barn-camera',
    name: 'Barn Camera',
    comment: 'Looks after the lambs',
    colour: '#45607d',
    glyph:
      '<rect x="12" y="22" width="40" height="26" rx="5" fill="#fff"/><circle cx="32" cy="35" r="9" fill="#45607d"/><path d="M24 22l3-6h10l3 6" fill="#fff"/>',
  },
  {
    id: 'cloud-watch',
    name: 'Cloud Watch',
    comment: 'Tells clouds from sheep',
    colour: '#4a86b8',
    glyph: '<path d="M20 44a9 9 0 0 1 1-18 13 13 0 0 1 24 3 8 8 0 0 1 0 15z" fill="#fff"/>',
  },
]

/** Each is there as a program too, that opens a window. */
export function installApps(home: string, apps: readonly FlockApp[]): void {
  writeIcon(home, 'hicolor/index.theme', INDEX_THEME)
  mkdirSync(join(home, '.local/bin'), { recursive: true })
  writeFileSync(join(home, '.profile'), 'PATH=$HOME/.local/bin:$PATH\n')
  for (const { id, name, comment, colour, glyph, actions = {} } of apps) {
    const entry = entryText({ Name: name, Comment: comment, Exec: id, Icon: id, Actions: `${Object.keys(actions).join(';')};` })
    const more = Object.entries(actions).map(([key, title]) => `[Desktop Action ${key}]\nName=${title}\nExec=${id} --${key}\n`)
    writeEntry(home, `${id}.desktop`, entry + more.join(''))
    const back = `<rect x="2" y="2" width="60" height="60" rx="14" fill="${colour}"/>`
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" width="64" height="64">${back}${glyph}</svg>`
    writeIcon(home, `hicolor/scalable/apps/${id}.svg`, svg)
    const program = join(home, '.local/bin', id)
    writeFileSync(program, '#!/bin/sh\nexec weston-flower\n')
    chmodSync(program, 0o755)
  }
}
