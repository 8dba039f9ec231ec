/** Where a folder is that was dropped or chosen. Electron's preload tells; a browser does not, and then it is sent by its contents. */

/** Null where it is not told, or the folder is on no disk. */
export function pathOf(file: File | null): string | null {
  const path = (file && window.drover?.pathOf(file)) ?? ''
  return path.startsWith('/') ? path : null
}

/** Of the folder that was chosen, by one of its files: where that is, and its path from the folder's name on. */
export function chosenPath({ path, webkitRelativePath }: { path: string | null; webkitRelativePath: string }): string | null {
  const slash = webkitRelativePath.indexOf('/')
  if (path === null || slash === -1) return null
  const below = webkitRelativePath.slice(slash)
  return path.endsWith(below) ? path.slice(0, -below.length) || '/' : null
}
