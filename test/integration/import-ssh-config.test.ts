/** The names we read from an ssh config are names to ssh too: `ssh -G` is the oracle. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { sshConfigHosts } from '../../src/main/config/import-ssh-config.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'

/** Each block has a port of its own, which tells whether ssh takes a name for the block's. */
const BLOCKS = [
  'Host plain',
  'host=equals',
  'HOST = spaced',
  '\tHost\ttabbed',
  'Host "double" \'single\'',
  'Host one two  three',
  'Host before # comment after',
  'Host hash#inside',
  'Host qu"ot"ed',
]

function portOf(name: string, config: string): string | undefined {
  const result = execFileSync('ssh', ['-G', '-F', config, '--', name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  return /^port (\d+)$/m.exec(result)?.[1]
}

test('every name we find in a block leads ssh to that block, and ssh finds none that we do not', () => {
  if (spawnSync('ssh', ['-V']).error) throw new Error('This test needs ssh: install the Debian package openssh-client')
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'conf.d'))
  const config = join(folder, 'config')
  const blocks = BLOCKS.map((line, index) => `${line}\n  Port ${1000 + index}\n`)
  writeFileSync(join(folder, 'conf.d', 'b'), blocks.slice(6).join(''))
  writeFileSync(join(folder, 'conf.d', 'a'), blocks.slice(3, 6).join(''))
  const text = `Include ${folder}/conf.d/*\n${blocks.slice(0, 3).join('')}`
  writeFileSync(config, text)
  const found = sshConfigHosts(config, text, folder)
  const blockOf = (place: string) => {
    const [path = '', line = ''] = place.split(/:(?=\d+$)/)
    const offset = path.endsWith('/a') ? 3 : path.endsWith('/b') ? 6 : 0
    return offset + Math.floor((Number(line) - (path === config ? 2 : 1)) / 2)
  }
  const names = 'plain equals spaced tabbed double single one two three before hash#inside quoted'
  expect(found.map(host => host.name).toSorted()).toEqual(names.split(' ').toSorted())
  for (const { name, place } of found) expect([name, portOf(name, config)]).toEqual([name, String(1000 + blockOf(place))])
  for (const name of ['comment', 'after', '#']) expect(portOf(name, config)).toBe('22')
})
