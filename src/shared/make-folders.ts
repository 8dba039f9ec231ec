/**
 * Making a folder with those above it, one by one. Node's own way (`recursive`) never ends where a folder takes no others and says
 * ENOENT, as /proc and an automounter's do: a HOME there would hang the command line and the core.
 */

export type FolderMaker = {
  isFolder(path: string): boolean
  make(path: string): void
}

/** @throws what `make` throws for the first one that cannot be made. `path` is absolute. */
export function makeFolders(path: string, maker: FolderMaker): void {
  if (path === '' || maker.isFolder(path)) return
  makeFolders(path.slice(0, path.lastIndexOf('/')), maker)
  try {
    maker.make(path)
  } catch (error) {
    // Another process may have been quicker.
    if (!maker.isFolder(path)) throw error
  }
}
