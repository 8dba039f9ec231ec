/** The window as a person has it in Electron: the built app, on Electron where there is one, and on the stand-in for it. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { _electron, type ElectronApplication, type Page } from 'playwright-core'
import { onTestFinished } from 'vitest'
import type { Product } from './product.ts'

const ROOT = join(import.meta.dirname, '../..')
export const STAND_IN = join(import.meta.dirname, 'electron-stand-in/electron')

export type ElectronWindow = { app: ElectronApplication; page: Page; output(): string; ended: Promise<number | null> }

/** What is started, and with which words: an Electron is told of the app, a package has it in itself. */
export type ElectronProgram = { program: string; args: readonly string[] }

export const STAND_IN_PROGRAM: ElectronProgram = { program: STAND_IN, args: [ROOT] }

/** As scripts/electron.mjs finds it; null where it is not installed. */
export function realElectron(): ElectronProgram | null {
  const folder = process.env.ELECTRON_OVERRIDE_DIST_PATH ?? join(ROOT, 'node_modules/electron/dist')
  const pathFile = join(ROOT, 'node_modules/electron/path.txt')
  const program = join(folder, existsSync(pathFile) ? readFileSync(pathFile, 'utf8') : 'electron')
  return existsSync(program) ? { program, args: [ROOT] } : null
}

/** The program of an unpacked package that takes `--inspect`, as DROVER_TEST_PACKAGE names it; null where it names none. */
export function packagedElectron(): ElectronProgram | null {
  const program = process.env.DROVER_TEST_PACKAGE
  return program ? { program, args: [] } : null
}

/** Starts it in the product's home. It ends with the test, if it has not before. */
export async function startElectron(
  { program, args }: ElectronProgram,
  product: Product,
  more: Record<string, string> = {},
): Promise<ElectronWindow> {
  const env = { ...product.env, STAND_IN_NODE: process.execPath, ...more }
  const app = await _electron.launch({ executablePath: program, args: [...args], env, timeout: 30_000 })
  const child = app.process()
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', text => {
      output += text
    })
  }
  const ended = new Promise<number | null>(resolve => child.once('exit', resolve))
  onTestFinished(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
    await ended
  })
  const page = await app.firstWindow({ timeout: 30_000 }).catch(cause => {
    throw new Error(`No window came: ${output}`, { cause })
  })
  page.setDefaultTimeout(20_000)
  return { app, page, output: () => output, ended }
}
