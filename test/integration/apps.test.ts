/**
 * The catalogue of apps through real hosts: an agent on each shell lists its entries and sends icons, and a core keeps what it was told.
 * Entries and icons of a host that means ill are bounded, refused, and never do anything.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { scanApps } from '../../src/main/apps/catalogue-scan.ts'
import { readDesktopEntry } from '../../src/main/apps/desktop-entry.ts'
import { MAX_ENTRY_BYTES } from '../../src/main/apps/desktop-entry-file.ts'
import { menuEntryText } from '../../src/main/apps/desktop-entry-write.ts'
import { MAX_ICON_BYTES } from '../../src/main/apps/icon-picture.ts'
import type { Live } from '../../src/main/hosts/host-link.ts'
import { run } from '../../src/main/hosts/transport.ts'
import type { AppView, DesktopEntry, MenuItem } from '../../src/shared/app.ts'
import { makeAgentHost, SHELLS } from '../helpers/agent-host.ts'
import { entryText, INDEX_THEME, pngOf, writeEntry, writeIcon } from '../helpers/app-host.ts'
import { Pane } from '../helpers/pane.ts'
import { startProduct } from '../helpers/product.ts'
import { startSshd } from '../helpers/sshd.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'
import { waitFor } from '../helpers/wait.ts'

const RED = [200, 30, 30] as const

describe.each(SHELLS)('a host of %s', shell => {
  test('tells its apps, only those that changed a second time, and its icons by their themes', async () => {
    const { live, home } = await appHost(shell)
    writeEntry(home, 'a.desktop', entryText({ Name: 'A', Exec: 'a', TryExec: 'sh' }))
    writeEntry(home, 'kde/b c.desktop', entryText({ Name: 'B', Exec: 'b', TryExec: 'no-such-program' }))
    writeEntry(home, 'broken.desktop', 'nothing of the kind')
    writeEntry(home, 'line\nbreak.desktop', entryText({ Name: 'L', Exec: 'l' }))
    writeEntry(home, '-rf.desktop', entryText({ Name: 'R', Exec: 'r' }))
    writeEntry(home, 'huge.desktop', Buffer.alloc(MAX_ENTRY_BYTES + 5, '#'))
    writeEntry(home, 'nul.desktop', `${entryText({ Name: 'N', Exec: 'n' })}\0\0`)
    writeEntry(home, 'foreign.txt', 'x')
    symlinkSync('../../../outside', join(home, '.local/share/applications/link.desktop'))
    writeFileSync(join(home, 'outside'), entryText({ Name: 'O', Exec: 'o' }))
    symlinkSync('loop.desktop', join(home, '.local/share/applications/loop.desktop'))
    symlinkSync('.', join(home, '.local/share/applications/circle'))
    execFileSync('mkfifo', [join(home, '.local/share/applications/fifo.desktop')])
    const first = await scanApps('h1', live, [])
    const found = first.map(({ id, entry, isMissing }) => `${id} ${entry?.name[''] ?? '-'}${isMissing ? ' missing' : ''}`)
    expect(found.toSorted()).toEqual(['a A', 'broken -', 'huge -', 'kde-b c B missing', 'link O', 'nul -'])

    // Its text is not asked for again: what was kept stands, until the file is another.
    const kept = first.map(row => (row.id === 'a' ? { ...row, entry: row.entry && { ...row.entry, exec: 'as kept' } } : row))
    const second = await scanApps('h1', live, kept)
    expect(second.find(({ id }) => id === 'a')?.entry?.exec).toBe('as kept')
    writeEntry(home, 'a.desktop', entryText({ Name: 'A2', Exec: 'a2', Hidden: 'false' }))
    expect((await scanApps('h1', live, kept)).find(({ id }) => id === 'a')?.entry?.name['']).toBe('A2')

    const icon = async (name: string, size = 48) => {
      const { code, stdout } = await run(live.transport, live.agent.commands.appIcon(name, size, MAX_ICON_BYTES))
      return code === 0 ? stdout : code
    }
    const small = pngOf(48, RED)
    writeIcon(home, 'hicolor/index.theme', INDEX_THEME)
    writeIcon(home, 'hicolor/48x48/apps/a.png', small)
    writeIcon(home, 'hicolor/128x128/apps/a.png', pngOf(128, RED))
    expect(await icon('a')).toEqual(small)
    expect(await icon('a', 128)).toEqual(pngOf(128, RED))
    // The theme of its desktop comes first, and one that inherits from itself ends nowhere else.
    mkdirSync(join(home, '.config/gtk-3.0'), { recursive: true })
    writeFileSync(join(home, '.config/gtk-3.0/settings.ini'), '[Settings]\ngtk-icon-theme-name=Mine\n')
    writeIcon(
      home,
      'Mine/index.theme',
      '[Icon Theme]\nInherits=Other,../..,Mine\nDirectories=apps/48\n[apps/48]\nSize=48\n[../..]\nSize=48\n',
    )
    writeIcon(home, 'Other/index.theme', '[Icon Theme]\nInherits=Mine\nDirectories=x\n[x]\nSize=48\n')
    expect(await icon('a')).toEqual(small)
    writeIcon(home, 'Other/x/a.png', 'other')
    expect(String(await icon('a'))).toBe('other')
    writeIcon(home, 'Mine/apps/48/a.svg', 'mine')
    expect(String(await icon('a'))).toBe('mine')
    // What is no icon of ours to have.
    writeIcon(home, 'hicolor/48x48/apps/huge.png', Buffer.alloc(MAX_ICON_BYTES + 1))
    symlinkSync('loop.png', join(home, '.local/share/icons/hicolor/48x48/apps/loop.png'))
    for (const name of ['none', 'huge', 'loop', '../a', '', '/', '/etc', '-n', '$(id)', '*'])
      expect([name, await icon(name)]).toEqual([name, 4])
  })
})

test('apps of hosts are listed, searched, remembered, and put into the menu as valid entries that run Drover alone', {
  timeout: 90_000,
}, async () => {
  const box = await startSshd({ env: { XDG_DATA_DIRS: '/nowhere' } })
  const attack = {
    Name: 'Evil\\nExec=rm -rf ~\\n[Desktop Action x]',
    'Name[de]': 'Böse\\r\\nTerminal=true',
    Comment: '`id` $(id) %f "',
    Exec: 'evil %U',
    Icon: 'evil',
    Keywords: 'a\\nX-Evil=1;b\\\\;c;',
    MimeType: 'text/plain;text/html\\nExec=x;not a type;',
    Categories: 'Graphics;X\\nExec=x;',
    StartupWMClass: 'w\\nExec=x',
    StartupNotify: 'true',
    Actions: 'new-window;bad/id;',
  }
  writeEntry(box.home, 'evil one.desktop', `${entryText(attack)}\n[Desktop Action new-window]\nName=New\\nExec=x\nExec=evil -n\n`)
  writeEntry(
    box.home,
    'org.example.Draw.desktop',
    entryText({ Name: 'Draw', Exec: '/usr/bin/draw', Icon: 'draw', Comment: 'Draws' }),
  )
  writeIcon(box.home, 'hicolor/index.theme', INDEX_THEME)
  writeIcon(box.home, 'hicolor/128x128/apps/draw.png', pngOf(128, RED))
  writeIcon(box.home, 'hicolor/scalable/apps/evil.svg', '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>')
  const product = await startProduct({ box })
  writeEntry(product.home.dir, 'draw.desktop', entryText({ Name: 'Draw', Exec: 'draw', Categories: 'Graphics;' }))
  const apps = () => product.json<AppView[]>(['apps'])
  await waitFor(async () => (await apps()).some(({ id, hosts }) => id === 'draw' && hosts.length === 2), {
    timeoutMs: 20_000,
    what: 'both hosts to tell of Draw',
  })
  // One app on two hosts, though they call it differently.
  expect((await apps()).find(({ id }) => id === 'draw')?.hosts).toEqual([
    { host: 'local', id: 'draw' },
    { host: 'box', id: 'org.example.Draw' },
  ])
  expect((await product.json<AppView[]>(['apps', 'dra', '--on', 'box'])).map(({ id }) => id)).toEqual(['draw'])
  expect((await product.drover(['apps', 'nothing like it'])).code).toBe(1)
  const evil = await product.drover(['apps', '--on', 'box', 'evil'])
  expect(evil.stdout.split('\n')).toHaveLength(2)

  // Found again by the next core before any host was asked.
  await product.drover(['favourite', 'add', 'Draw'])
  await box.kill()
  await product.killCore()
  expect((await product.json<AppView[]>(['apps', '-f'])).map(({ id, hosts }) => [id, hosts.length])).toEqual([['draw', 2]])
  await box.restart()

  const installed = await product.drover(['desktop', 'install', '--all-favourites', 'evil one', 'no-such-app'])
  expect(installed).toMatchObject({ code: 1 })
  expect(installed.stderr).toContain('No host has an app "no-such-app"')
  const folder = join(product.home.dir, '.local/share/applications')
  expect(readdirSync(folder).toSorted()).toEqual(['draw.desktop', 'drover-draw.desktop', 'drover-evil_one.desktop'])
  for (const name of ['drover-draw.desktop', 'drover-evil_one.desktop'])
    execFileSync('desktop-file-validate', [join(folder, name)])
  const written = readFileSync(join(folder, 'drover-evil_one.desktop'), 'utf8')
  const launch = /^Exec=(.*)$/gm
  const drover = join(import.meta.dirname, '../../bin/drover')
  expect([...written.matchAll(launch)].map(([, exec]) => exec)).toEqual([
    `${drover} launch --app "evil one" -- %U`,
    `${drover} launch --app "evil one" --action new-window`,
  ])
  expect(written.match(/^\[.*$/gm)).toEqual(['[Desktop Entry]', '[Desktop Action new-window]'])
  expect(written).not.toMatch(/^(?:X-Evil|Icon|Terminal=true)/m)
  expect(written).toMatch(/^Name\[de\]=Böse/m)
  // An own entry is no app of its own: it would launch itself.
  await product.call('app.refresh', {})
  expect((await apps()).filter(({ id }) => id.startsWith('drover-'))).toEqual([])

  const items = await product.json<MenuItem[]>(['desktop', 'ls'])
  expect(items.map(({ app, isChanged }) => [app, isChanged])).toEqual([
    ['draw', false],
    ['evil one', false],
  ])
  // As a core leaves it that is killed between its note of the next text and the writing of it: still ours to write anew.
  await product.drover(['daemon', 'stop'])
  const sqlite = new Sqlite(join(product.home.dir, '.local/share/drover/drover.db'))
  sqlite.exec("UPDATE menu_file SET sha256 = 'of-the-next ' || sha256")
  sqlite.close()
  expect(await product.drover(['desktop', 'install', 'draw'])).toMatchObject({ code: 0 })
  expect((await product.json<MenuItem[]>(['desktop', 'ls'])).map(({ isChanged }) => isChanged)).toEqual([false, false])
  writeFileSync(join(folder, 'drover-evil_one.desktop'), `${written}X-Mine=1\n`)
  const removed = await product.drover(['desktop', 'remove', 'Draw', 'evil one'])
  expect(removed.stderr).toContain('drover-evil_one.desktop')
  expect(readdirSync(folder).toSorted()).toEqual(['draw.desktop', 'drover-evil_one.desktop'])
  expect(existsSync(join(product.home.dir, '.local/share/icons/hicolor/128x128/apps/drover-draw.png'))).toBe(false)
  // One that is not ours any more is in the way, and is not written over.
  expect((await product.drover(['desktop', 'install', 'evil one'])).stderr).toContain('is there already')
})

test('an app of the terminal is attached to in the one that a menu opens for it, and its exit code comes out', async () => {
  const product = await startProduct()
  const text = entryText({ Name: 'Ask', Exec: 'sh -c "echo ready; read x; exit 6"', Terminal: 'true' })
  writeEntry(product.home.dir, 'ask.desktop', text)
  await product.drover(['apps', '-r', '--on', 'local'])
  const [item] = (await product.json<{ installed: MenuItem[] }>(['desktop', 'install', 'ask'])).installed
  const [, typed = ''] = /^Exec=(.*)$/m.exec(readFileSync(item?.path ?? '', 'utf8')) ?? []
  const pane = Pane.open({ env: { ...product.env, TERM: 'tmux-256color' } })
  pane.line(`${typed}; echo "code $?"`)
  await pane.sees(/^ready/m)
  pane.keys('Enter')
  await pane.sees('Press any key')
  pane.keys('Enter')
  await pane.sees('code 6')
})

test('every desktop entry of this machine is read, and the one that is made of it is valid', async () => {
  const made = temporaryFolder()
  const { live } = await appHost('dash', { XDG_DATA_DIRS: '/usr/local/share:/usr/share' })
  const rows = await scanApps('h1', live, [])
  const folder = '/usr/share/applications'
  const names = readdirSync(folder).filter(name => name.endsWith('.desktop'))
  expect(names.length).toBeGreaterThan(0)
  for (const name of names) {
    const text = readFileSync(join(folder, name), 'utf8')
    const isApp = /^Type=Application$/m.test(text) && !/^Hidden=true$/m.test(text)
    const entry = rows.find(({ id }) => id === name.slice(0, -'.desktop'.length))?.entry
    expect([name, entry?.name[''] ?? null]).toEqual([name, isApp ? (/^Name=(.*)$/m.exec(text)?.[1]?.trim() ?? null) : null])
    if (!entry) continue
    const path = join(made, `drover-${name}`)
    writeFileSync(path, menuEntryText({ app: name.slice(0, -'.desktop'.length), entry, icon: 'x', drover: ['/bin/my drover'] }))
    execFileSync('desktop-file-validate', [path])
    // Made of an entry that was made of an entry nothing is lost: names, lists, actions.
    const again = readDesktopEntry(readFileSync(path, 'utf8').replace(/^X-Drover-App=.*$/m, ''))
    const kept = ({ name, genericName, comment, keywords, actions }: DesktopEntry) => ({
      name,
      genericName,
      comment,
      keywords,
      actions: actions.map(one => one.name),
    })
    expect(again && kept(again)).toEqual(kept(entry))
  }
})

test('of a host that has more than can be told at once the rest is asked for the next time', async () => {
  const { live, home } = await appHost('dash')
  const text = entryText({ Name: 'Long', Exec: 'long' })
  for (let count = 100; count < 230; count++) writeEntry(home, `${count}.desktop`, text.padEnd(MAX_ENTRY_BYTES, '#'))
  const first = await scanApps('h1', live, [])
  expect(first.length).toBeGreaterThan(100)
  expect(first.length).toBeLessThan(130)
  expect(first.filter(({ entry }) => entry === null)).toEqual([])
  expect(await scanApps('h1', live, first)).toHaveLength(130)
})

/** A host of that shell on this machine, with a home of its own. */
async function appHost(shell: (typeof SHELLS)[number], env: Record<string, string> = {}): Promise<{ live: Live; home: string }> {
  const host = makeAgentHost(shell, { env: { XDG_DATA_DIRS: '/nowhere', ...env } })
  const agent = await host.open()
  return { live: { agent, transport: host.transport }, home: host.home }
}
