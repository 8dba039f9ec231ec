/**
 * What electron-builder makes of the project, by its config: what is in the packages, and that they start. Electron and the tools are
 * stand-ins (see test/helpers/electron-dist.ts): nothing here shows how a real Electron reads the package.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { existsSync, globSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { getRawHeader, listPackage } from '@electron/asar'
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses'
import { _electron } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { CORE_FLAGS } from '../../src/shared/node-flags.ts'
import { link, makePackages, mounted, openAsar, type Packages } from '../helpers/packaged.ts'
import { pidsWithEnv, processArguments, processText } from '../helpers/processes.ts'
import { type Product, startProduct } from '../helpers/product.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'
import { waitFor } from '../helpers/wait.ts'

const ROOT = join(import.meta.dirname, '../..')
const VERSION: string = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version
let packages: Packages
beforeAll(async () => {
  packages = await makePackages()
})
afterAll(() => rmSync(packages.folder, { recursive: true, force: true }))

function startsAtLogin({ home }: Product): string | undefined {
  const entry = readFileSync(join(home.dir, '.config/autostart/drover.desktop'), 'utf8')
  return entry.split('\n').find(line => line.startsWith('Exec='))
}

describe('what is packed', () => {
  const resources = () => join(packages.linux, 'linux-unpacked/resources')
  const packed = () => listPackage(join(resources(), 'app.asar'), { isPack: false }).map(name => name.slice(1))

  test('the build, and of the packages those it loads, for this platform; nothing to develop with, no other Node, no maps', () => {
    const names = packed()
    const built = globSync('**/*', { cwd: join(ROOT, 'out'), withFileTypes: false }).filter(name => !name.endsWith('.map'))
    expect(names).toEqual(expect.arrayContaining(built.map(name => `out/${name}`)))
    const others = names.filter(name => !name.startsWith('out/'))
    const modules = new Set(others.map(name => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(name)?.[1] ?? name))
    expect([...modules].toSorted()).toEqual([
      '@lydell',
      '@lydell/node-pty',
      '@lydell/node-pty-linux-x64',
      'asn1',
      'bcrypt-pbkdf',
      'better-sqlite3',
      'node_modules',
      'out',
      'package.json',
      'safer-buffer',
      'ssh2',
      'tweetnacl',
    ])
    expect(names.filter(name => name.endsWith('.map'))).toEqual([])
    expect(names.filter(name => name.endsWith('.node'))).toEqual([
      'node_modules/@lydell/node-pty-linux-x64/pty.node',
      'node_modules/better-sqlite3/prebuilds/linux-x64.node',
    ])
  })

  test('what the system itself must load is beside the archive', () => {
    const isUnpacked = (path: string) => {
      let node = getRawHeader(join(resources(), 'app.asar')).header as { files?: Record<string, object>; unpacked?: boolean }
      for (const part of path.split('/')) node = node.files?.[part] as typeof node
      return node.unpacked === true && existsSync(join(resources(), 'app.asar.unpacked', path))
    }
    for (const name of packed().filter(one => one.endsWith('.node'))) expect(isUnpacked(name), name).toBe(true)
  })

  test('the folder it was built in is named nowhere', () => {
    for (const name of ['app.asar', 'bin/drover']) expect(readFileSync(join(resources(), name)).includes(ROOT), name).toBe(false)
  })

  test('the fuses: Electron may be a Node, for the command line; nobody else gets a way in', async () => {
    const wire = await getCurrentFuseWire(join(packages.linux, 'linux-unpacked/drover-window'))
    const isOn = (fuse: FuseV1Options) => String.fromCharCode(wire[fuse] ?? 0) === '1'
    expect(isOn(FuseV1Options.RunAsNode)).toBe(true)
    expect(isOn(FuseV1Options.EnableCookieEncryption)).toBe(true)
    expect(isOn(FuseV1Options.EnableNodeOptionsEnvironmentVariable)).toBe(false)
    expect(isOn(FuseV1Options.EnableNodeCliInspectArguments)).toBe(false)
    expect(isOn(FuseV1Options.EnableEmbeddedAsarIntegrityValidation)).toBe(true)
    expect(isOn(FuseV1Options.OnlyLoadAppFromAsar)).toBe(true)
    expect(isOn(FuseV1Options.GrantFileProtocolExtraPrivileges)).toBe(false)
    expect(isOn(FuseV1Options.LoadBrowserProcessSpecificV8Snapshot)).toBe(false)
  })

  test('the checksums are those of the packages', () => {
    const sums = readFileSync(join(packages.linux, 'SHA256SUMS'), 'utf8')
    expect(sums.trim().split('\n')).toHaveLength(3)
    expect(execFileSync('sha256sum', ['-c', 'SHA256SUMS'], { cwd: packages.linux, encoding: 'utf8' })).toMatch(/AppImage: OK/)
  })
})

describe('the AppImage', () => {
  /** As it unpacks itself, ready to be started. */
  let appDir: string
  beforeAll(() => {
    const folder = join(packages.folder, 'unpacked')
    mkdirSync(folder)
    execFileSync(join(packages.linux, `Drover-${VERSION}-linux-x86_64.AppImage`), ['--appimage-extract'], {
      cwd: folder,
      stdio: 'ignore',
    })
    appDir = join(folder, 'squashfs-root')
    openAsar(join(appDir, 'resources'))
  })

  test('its desktop file is valid, names its icon, and is the one that the window says it belongs to', () => {
    const file = join(appDir, 'drover.desktop')
    execFileSync('desktop-file-validate', ['--warn-kde', file])
    const entry = readFileSync(file, 'utf8')
    for (const line of [
      'Name=Drover',
      'Exec=AppRun %U',
      'Icon=drover-window',
      'StartupWMClass=drover',
      'Categories=Development;',
    ])
      expect(entry.split('\n')).toContain(line)
    const sizes = readdirSync(join(appDir, 'usr/share/icons/hicolor')).toSorted()
    expect(sizes).toEqual(['128x128', '16x16', '256x256', '32x32', '48x48', '512x512', '64x64'])
    for (const size of sizes) {
      const png = readFileSync(join(appDir, `usr/share/icons/hicolor/${size}/apps/drover-window.png`))
      expect([png.readUInt32BE(16), png.readUInt32BE(20)].join('x')).toBe(size)
    }
    expect(readlinkSync(join(appDir, '.DirIcon'))).toContain('512x512')
  })

  test('under the name drover it is the command line, whose core has an AppImage of its own and gives nothing of it to jobs', async () => {
    const product = await startProduct()
    const folder = temporaryFolder()
    const image = mounted(appDir, join(folder, 'Drover.AppImage'))
    const drover = link(image, join(folder, 'drover'))
    const env = { ...product.env, STAND_IN_NODE: process.execPath }
    const call = (program: string, ...words: string[]) => spawnSync(program, words, { env, cwd: folder, encoding: 'utf8' })
    expect(call(drover, '--version').stdout).toContain(VERSION)
    expect(call(image, 'cli', '--version').stdout).toContain(VERSION)
    expect(call(link(image, join(folder, 'p')), 'help').stdout).toMatch(/^p: push a folder/)

    const pushed = call(drover, 'push', '-n', '--on', 'local', '--', 'echo made by $0; env')
    expect(pushed.stderr).toBe('')
    expect(pushed.stdout).toContain('made by')
    for (const name of ['ELECTRON_RUN_AS_NODE', 'ARGV0', 'OWD', 'LD_LIBRARY_PATH', 'XDG_DATA_DIRS'])
      expect(pushed.stdout).not.toMatch(new RegExp(`^${name}=`, 'm'))
    expect(pushed.stdout).not.toMatch(new RegExp(`^PATH=.*${appDir}`, 'm'))
    const [core] = pidsWithEnv(`DROVER_TEST_PRODUCT=${product.home.dir}`).filter(pid =>
      processArguments(pid).some(word => word.endsWith('headless.js')),
    )
    expect(core).toBeDefined()
    expect(processText(core ?? 0)).toContain(`APPIMAGE=${image}`)
    expect(processArguments(core ?? 0)).toEqual(expect.arrayContaining([...CORE_FLAGS]))
    expect(call(drover, 'config', 'set', 'start_at_login', 'true').status).toBe(0)
    await waitFor(() => startsAtLogin(product) === `Exec="${image}" "cli" "daemon" "start"`)
    expect(call(drover, 'daemon', 'stop').status).toBe(0)
  })

  test('unpacked, it is not taken for the AppImage that it was started from', async () => {
    const product = await startProduct()
    const others = { APPIMAGE: '/nonexistent/Terminal.AppImage', APPDIR: '/usr', ARGV0: 'p' }
    const env = { ...product.env, STAND_IN_NODE: process.execPath, ...others }
    const call = (...words: string[]) => spawnSync(join(appDir, 'AppRun'), words, { env, encoding: 'utf8' })
    expect(call('cli', '--version').stdout).toContain(VERSION)
    expect(call('cli', 'push', '-n', '--', 'exit 3').status).toBe(3)
  })

  test('else it opens the window', async () => {
    const product = await startProduct()
    const env = { ...product.env, STAND_IN_NODE: process.execPath }
    const app = await _electron.launch({
      executablePath: mounted(appDir, join(appDir, '../Drover.AppImage')),
      env,
      timeout: 30_000,
    })
    const child = app.process()
    onTestFinished(() => void child.kill('SIGKILL'))
    const page = await app.firstWindow({ timeout: 30_000 })
    await page.getByText('1 of 1 host').first().waitFor({ timeout: 30_000 })
    expect(await app.evaluate(() => process.argv[1])).toBe(join(appDir, 'resources/app.asar'))
    await app.close()
  })
})

test('the tar.gz: its command line is found through links, and runs what stands beside it', async () => {
  const folder = temporaryFolder()
  execFileSync('tar', ['xzf', join(packages.linux, `Drover-${VERSION}-linux-x64.tar.gz`), '-C', folder])
  const place = join(folder, `Drover-${VERSION}-linux-x64`)
  openAsar(join(place, 'resources'))
  const drover = link(join(place, 'resources/bin/drover'), join(folder, 'drover'))
  const product = await startProduct()
  const env = { ...product.env, STAND_IN_NODE: process.execPath }
  const child = spawn(drover, ['push', '-n', '--', 'exit 3'], { env, cwd: '/', stdio: 'ignore' })
  const code = await new Promise(resolve => child.once('exit', resolve))
  expect(code).toBe(3)
  // The core is a Node too, and not a second window.
  await waitFor(() => existsSync(join(product.home.dir, '.local/share/drover/drover.db')))
  spawnSync(drover, ['config', 'set', 'start_at_login', 'true'], { env })
  await waitFor(() => startsAtLogin(product) === `Exec="${join(place, 'resources/bin/drover')}" "daemon" "start"`)
})

test('the deb installs the command line as drover, and takes it away again', () => {
  const words = readFileSync(join(packages.fpm, 'words'), 'utf8')
  expect(words).toMatch(/=\/usr\/share\/applications\/drover\.desktop$/m)
  expect(words).toMatch(/=\/usr\/share\/icons\/hicolor\/512x512\/apps\/drover-window\.png$/m)
  expect(words).toMatch(/^drover$/m)
  for (const name of ['after-install', 'after-remove']) {
    const script = join(packages.fpm, name)
    execFileSync('bash', ['-n', script])
    execFileSync('shellcheck', ['-s', 'bash', script])
    expect(readFileSync(script, 'utf8')).toContain('/opt/Drover/resources/bin/drover')
    expect(readFileSync(script, 'utf8')).not.toContain('${')
  }
})

test('for macOS: what its system reads of the app, and the command line in its place', () => {
  const contents = join(packages.mac, 'mac/Drover.app/Contents')
  const plist = readFileSync(join(contents, 'Info.plist'), 'utf8')
  const value = (key: string) =>
    new RegExp(`<key>${key}</key>\\s*<(\\w+)(?:/>|>([^<]*)<)`).exec(plist)?.slice(1).findLast(Boolean)
  expect(value('CFBundleIdentifier')).toBe('org.drover.Drover')
  expect(value('CFBundleExecutable')).toBe('Drover')
  expect(value('CFBundleShortVersionString')).toBe(VERSION)
  expect(value('LSApplicationCategoryType')).toBe('public.app-category.developer-tools')
  expect(value('LSMinimumSystemVersion')).toBe('12.0')
  expect(value('CFBundleIconFile')).toBe('icon.icns')
  expect(value('NSRequiresAquaSystemAppearance')).toBe('false')
  expect(plist).toMatch(/<key>ElectronAsarIntegrity<\/key>/)
  expect(existsSync(join(contents, 'Resources/icon.icns'))).toBe(true)
  expect(statSync(join(contents, 'Resources/bin/drover')).mode & 0o111).toBe(0o111)
  expect(existsSync(join(contents, 'MacOS/Drover'))).toBe(true)
})
