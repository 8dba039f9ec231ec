/**
 * Runs OpenSSH's own tools (ssh, ssh-keygen), which are what we trust to read the person's ssh files as ssh itself does.
 */
import { spawn } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { AppError } from '../../shared/errors.ts'

export type SshSettings = {
  /** In place of ~/.ssh/config and /etc/ssh/ssh_config, as `ssh -F` takes it; null for those. OpenSSH does not look at $HOME. */
  configPath: string | null
  env: NodeJS.ProcessEnv
  /** A folder of ours, 0700 and with a short path, for sockets. */
  runtimeDir: string
}

export type ToolResult = { code: number; stdout: string; stderr: string }

const TIMEOUT_MS = 15_000
const MAX_OUTPUT_BYTES = 4 * 1024 * 1024

/** `-F FILE` where the config is not in its usual place. */
export function configArguments({ configPath }: SshSettings): string[] {
  return configPath === null ? [] : ['-F', configPath]
}

/** Nothing may ask on a terminal or on a screen: whoever waits for the answer is not there. */
export function toolEnv(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { SSH_ASKPASS: _askpass, SSH_ASKPASS_REQUIRE: _require, DISPLAY: _display, WAYLAND_DISPLAY: _wayland, ...rest } = env
  return rest
}

/**
 * A file that a tool is to read for its user. Of a folder the tools say nothing and read nothing; for a pipe they wait.
 *
 * @throws {AppError} `BAD_CONFIG` if something else than a file is there.
 */
export async function requireUserFile(path: string): Promise<void> {
  const there = await stat(path).catch(() => null) // Whether it is there, and may be read, the tools say themselves.
  if (there === null || there.isFile() || there.isCharacterDevice()) return
  throw new AppError('BAD_CONFIG', `Cannot read ${path}: it is not a regular file; move it away`)
}

/**
 * @throws {AppError} `MISSING_TOOL` if it is not installed, `TIMEOUT` if it does not end in time.
 */
export function runTool(
  tool: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  timeoutMs = TIMEOUT_MS,
): Promise<ToolResult> {
  const { promise, resolve, reject } = Promise.withResolvers<ToolResult>()
  const child = spawn(tool, args, {
    env: toolEnv(env),
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
  })
  const out = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      if (out[name].length < MAX_OUTPUT_BYTES) out[name] += text
    })
  }
  child.on('error', cause => reject(isMissing(cause) ? missing(tool) : cause))
  child.on('close', (code, signal) => {
    if (signal) reject(new AppError('TIMEOUT', `${tool} did not end within ${timeoutMs / 1000} s (${args.join(' ')})`))
    else resolve({ ...out, code: code ?? -1 })
  })
  return promise
}

export function missing(tool: string): AppError {
  return new AppError('MISSING_TOOL', `${tool} is not installed on this computer. Install it: apt-get install openssh-client`, {
    details: { tool, host: 'local', install: 'apt-get install openssh-client' },
  })
}

export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
