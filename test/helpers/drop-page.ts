/** What a person does with a folder that was dropped on the window. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { onTestFinished } from 'vitest'
import type { JobView } from '../../src/shared/domain.ts'
import { openWindow } from './browser.ts'
import type { Product } from './product.ts'
import { temporaryFolder } from './temporary-folder.ts'

type At = { page: Page; product: Product }

export const WHOLE = 'All of it is with the core'
/** For a folder of 100 MB on a machine that is busy with other tests. */
export const SENT_WITHIN = { timeout: 90_000 }

/** Of this name, and gone with the test. */
export function newFolder(name: string): string {
  const folder = join(temporaryFolder(), name)
  mkdirSync(folder)
  return folder
}

/** The window of a product with one host beside `local`, when it has them both. */
export async function openReady(product: Product, options: BrowserContextOptions = {}): Promise<Page> {
  const { page } = await openWindow(product, options)
  await page.getByText('2 of 2 hosts').waitFor()
  return page
}

/** Presses Push with a command when the folder is here, and gives the job when it has ended. */
export async function push(at: At, line: string): Promise<JobView> {
  const dialog = at.page.getByRole('dialog')
  await dialog.getByLabel('Command', { exact: true }).fill(line)
  await dialog.getByText(WHOLE).waitFor(SENT_WITHIN)
  await dialog.getByLabel('Command', { exact: true }).press('Enter')
  return await pushed(at)
}

/** The job that the dialog led to, when all is sent and it has ended. */
export async function pushed({ page, product }: At): Promise<JobView> {
  await page.getByRole('dialog').waitFor({ state: 'detached', ...SENT_WITHIN })
  const id = /#\/jobs\/([0-9a-f-]{36})/.exec(page.url())?.[1] ?? ''
  return await product.reaches(id, 'ended')
}

/** Waits until a folder is being sent, and keeps it so: the core stands still until the function that is given is called. */
export async function holdSending({ page, product }: At): Promise<() => void> {
  await page.getByRole('progressbar').waitFor()
  await page.getByText('to send').waitFor()
  const pid = product.corePid()
  process.kill(pid, 'SIGSTOP')
  const goOn = () => void process.kill(pid, 'SIGCONT')
  onTestFinished(goOn)
  return goOn
}
