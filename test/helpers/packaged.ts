/** Packages made by `npm run package` over the stand-ins, unpacked and put in order so that they can be started. */
import { execFile } from 'node:child_process'
import { mkdtempSync, realpathSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { extractAll } from '@electron/asar'
import { makeAppImageTools, makeFpm, makeLinuxDist, makeMacDist } from './electron-dist.ts'

const ROOT = join(import.meta.dirname, '../..')
const run = promisify(execFile)

export type Packages = {
  /** Of all there is; to be removed by whoever asked for it. */
  folder: string
  linux: string
  mac: string
  /** The program that stood for fpm: the words it was called with, and the scripts. */
  fpm: string
}

export async function makePackages(): Promise<Packages> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'drover-packages-')))
  const [linux, mac] = [join(folder, 'linux'), join(folder, 'mac')]
  const fpm = makeFpm(join(folder, 'fpm'))
  const env = {
    ...process.env,
    APPIMAGE_TOOLS_PATH: makeAppImageTools(join(folder, 'tools')),
    CUSTOM_FPM_PATH: fpm,
    ELECTRON_BUILDER_7ZIP_PATH: '/usr/bin/7zz',
    // How small a package is, is not what is tested.
    ELECTRON_BUILDER_COMPRESSION_LEVEL: '1',
    // Of its own tests electron-builder thinks that they need links in place of copies.
    VITEST: undefined,
  }
  const make = (dist: string, output: string, ...words: string[]) =>
    run(process.execPath, [join(ROOT, 'scripts/package.mjs'), ...words], {
      cwd: ROOT,
      env: { ...env, ELECTRON_OVERRIDE_DIST_PATH: dist, DROVER_PACKAGE_DIR: output },
    }).catch(cause => {
      throw new Error(`npm run package ${words.join(' ')} failed:\n${cause.stdout}${cause.stderr}`, { cause })
    })
  await make(makeLinuxDist(join(folder, 'linux-dist')), linux, 'AppImage', 'tar.gz', 'deb')
  await make(makeMacDist(join(folder, 'mac-dist')), mac, '--mac', 'dir')
  return { folder, linux, mac, fpm: join(folder, 'fpm') }
}

/** Node can read no asar: what is in it is put in its place, as a folder. Electron would read the file itself. */
export function openAsar(resources: string): void {
  const asar = join(resources, 'app.asar')
  renameSync(asar, `${asar}.packed`)
  renameSync(`${asar}.unpacked`, `${asar}.packed.unpacked`)
  extractAll(`${asar}.packed`, asar)
}

/** An AppImage as it is while it is mounted: a file whose name may be a link's, and which says to what it starts where it is. */
export function mounted(appDir: string, file: string): string {
  writeFileSync(file, `#!/bin/sh\nAPPIMAGE='${file}' APPDIR='${appDir}' ARGV0="$0" OWD="$PWD" exec '${appDir}/AppRun' "$@"\n`, {
    mode: 0o755,
  })
  return file
}

export function link(target: string, path: string): string {
  symlinkSync(target, path)
  return path
}
