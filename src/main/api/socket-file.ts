/** A unix socket's file: 0600, put in the place of one that nobody answers at any more, and removed only while it is still ours. */
import { chmodSync, lstatSync, renameSync, rmSync } from 'node:fs'
import type { Server } from 'node:net'
import { AppError } from '../../shared/errors.ts'

export class SocketFile {
  readonly #path: string
  readonly #inode: number

  constructor(path: string) {
    this.#path = path
    this.#inode = lstatSync(path).ino
  }

  /** What cannot be looked at may still be there. */
  get isGone(): boolean {
    try {
      return !this.#isOurs()
    } catch {
      return false
    }
  }

  /** Another program may have taken the path over since; its socket stays. */
  remove(): void {
    if (this.#isOurs()) rmSync(this.#path, { force: true })
  }

  #isOurs(): boolean {
    return lstatSync(this.#path, { throwIfNoEntry: false })?.ino === this.#inode
  }
}

/**
 * Listens at `path`, in a folder of ours. The caller knows that nobody answers there: what socket stands there is replaced in one step, and
 * nobody finds the path without a socket meanwhile.
 *
 * @throws {AppError} `CONFLICT` if the path is taken by something else than a socket.
 */
export async function listenAt(server: Server, path: string): Promise<SocketFile> {
  const old = lstatSync(path, { throwIfNoEntry: false })
  if (old && !old.isSocket()) throw new AppError('CONFLICT', `${path} is in the way: it is not a socket; move it elsewhere`)
  const aside = `${path.slice(0, -1)}~` // No longer than the path, whose length has a limit.
  rmSync(aside, { force: true })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(aside, () => {
      server.off('error', reject)
      resolve()
    })
  })
  chmodSync(aside, 0o600)
  renameSync(aside, path)
  return new SocketFile(path)
}
