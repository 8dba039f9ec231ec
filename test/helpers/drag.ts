/** Drags files and folders of the disk onto a page, as a person does with a file manager. */
import type { CDPSession, Page } from 'playwright-core'

type Drag = { over(): Promise<void>; drop(): Promise<void> }

/** Holds them over the middle of the page; nothing is dropped yet. */
export async function drag(page: Page, paths: readonly string[]): Promise<Drag> {
  const session = await page.context().newCDPSession(page)
  await dispatch(session, 'dragEnter', paths)
  await dispatch(session, 'dragOver', paths)
  return { over: () => dispatch(session, 'dragOver', paths), drop: () => dispatch(session, 'drop', paths) }
}

export async function dropOn(page: Page, ...paths: string[]): Promise<void> {
  await (await drag(page, paths)).drop()
}

async function dispatch(session: CDPSession, type: 'dragEnter' | 'dragOver' | 'drop', paths: readonly string[]): Promise<void> {
  const data = { items: [], files: [...paths], dragOperationsMask: 1 }
  await session.send('Input.dispatchDragEvent', { type, x: 600, y: 400, data })
}
