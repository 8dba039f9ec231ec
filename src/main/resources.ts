/**
 * Where the core's own files are, from the sources (Node strips the types) as from the build.
 * This file stands in src/main, the bundle in out/main: what is beside those folders has the same relative path from both.
 */
const isBuilt = !import.meta.url.endsWith('.ts')

export const agentScriptUrl = new URL('../agent/agent.sh', import.meta.url)

/** The folder of the window's page, which only a build has. */
export const rendererUrl = new URL(isBuilt ? '../renderer/' : '../../out/renderer/', import.meta.url)

/** The program of a core without a window. */
export const headlessUrl = new URL(isBuilt ? './headless.js' : './headless.ts', import.meta.url)

/** The command line, which stands beside the archive of a package, and else in the clone. */
export const launcherUrl = new URL(
  import.meta.url.includes('.asar/out/') ? '../../../bin/drover' : '../../bin/drover',
  import.meta.url,
)

/** What runs before the page in Electron, which only a build has. */
export const preloadUrl = new URL(isBuilt ? '../preload/index.cjs' : '../../out/preload/index.cjs', import.meta.url)

/**
 * The file of a worker thread. `path` is that of its source from src/main, without `.worker.ts`: `jobs/sync/scan`.
 * In the build all workers stand beside the core, so their names must differ.
 */
export function workerUrl(path: string): URL {
  const file = isBuilt ? `./${path.slice(path.lastIndexOf('/') + 1)}.worker.js` : `./${path}.worker.ts`
  return new URL(file, import.meta.url)
}

/** The tray's icons: a folder for each state. */
export const trayIconsUrl = new URL(isBuilt ? '../tray/' : '../../assets/tray/', import.meta.url)
