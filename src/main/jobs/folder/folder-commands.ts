/** Which commands one would run in a folder, from the files that its tools keep there. The folder may be hostile: nothing in it is run. */
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { cargoCommands, type FoundCommand, justRecipes, makeTargets, packageScripts, pythonCommands } from './command-parsers.ts'

/** A bigger one was not written by hand. */
const MAX_FILE_BYTES = 256 * 1024
const MAX_A_FILE = 12
/** The first that is there says who runs the scripts. */
const LOCK_FILES: readonly (readonly [file: string, runner: string])[] = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun'],
]
type Source = { file: string; parse(text: string, folder: string): string[] | Promise<string[]> }
const SOURCES: readonly Source[] = [
  { file: 'package.json', parse: async (text, folder) => packageScripts(text, await scriptRunner(folder)) },
  { file: 'Makefile', parse: makeTargets },
  { file: 'justfile', parse: justRecipes },
  { file: 'Cargo.toml', parse: cargoCommands },
  { file: 'pyproject.toml', parse: pythonCommands },
  { file: 'go.mod', parse: () => ['go test ./...', 'go build ./...'] },
  { file: 'CMakeLists.txt', parse: () => ['cmake -B build && cmake --build build -j'] },
]

/** `folder` is absolute. One that is not there has none. */
export async function folderCommands(folder: string): Promise<FoundCommand[]> {
  const found = await Promise.all(
    SOURCES.map(async ({ file, parse }) => {
      const text = await readSmallFile(join(folder, file))
      const commands = text === null ? [] : await parse(text, folder)
      return commands.slice(0, MAX_A_FILE).map(command => ({ command, source: file }))
    }),
  )
  return found.flat()
}

async function scriptRunner(folder: string): Promise<string> {
  for (const [file, runner] of LOCK_FILES) if ((await readSmallFile(join(folder, file), 0)) !== null) return runner
  return 'npm'
}

/** Null for what is no plain file. A link is not followed, for it may lead out of the folder; a FIFO is not waited for. */
async function readSmallFile(path: string, maxBytes = MAX_FILE_BYTES): Promise<string | null> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    try {
      if (!(await file.stat()).isFile()) return null
      const { buffer, bytesRead } = await file.read(Buffer.alloc(maxBytes), 0, maxBytes, 0)
      return buffer.toString('utf8', 0, bytesRead)
    } finally {
      await file.close()
    }
  } catch {
    return null // Not there, not ours to read, or a link: it offers nothing.
  }
}
