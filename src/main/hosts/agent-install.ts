/**
 * Brings the agent to a host and names the command lines that run it there. Its file is named by its hash, so two versions never
 * meet in one file, and a host that has it already costs one round trip: the line that looks for it also starts it.
 */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { shellQuote } from '../../shared/shell-quote.ts'

export type AgentProgram = { text: Buffer; sha256: string /** The hash's beginning, as in the file's name. */; version: string }

/** The agent as it lies beside the sources; a build gives its own path. */
export async function readAgentProgram(
  path: string | URL = new URL('../../agent/agent.sh', import.meta.url),
): Promise<AgentProgram> {
  const text = await readFile(path)
  const sha256 = createHash('sha256').update(text).digest('hex')
  return { text, sha256, version: sha256.slice(0, 16) }
}

/**
 * Starts the agent, after receiving it where it is missing or not what it should be. It then says `<nonce> - missing` and reads
 * exactly the program from stdin, into a file beside, which is renamed only when its hash is right; else it says `refused`.
 * A host without sha256sum is content with the size.
 */
export function serveCommand(program: AgentProgram, nonce: string, root?: string): string {
  const size = program.text.length
  return [
    `${rootLine(root)} a=$r/bin/agent-${program.version}`,
    `good() { case $(sha256sum <"$1" 2>/dev/null) in ${program.sha256}*) ;; '') [ "$(($(wc -c <"$1")))" = ${size} ] ;; *) false ;; esac; }`,
    'if ! [ -f "$a" ] || ! good "$a"; then',
    `  echo '${nonce} - missing'`,
    // In a subshell, for the agent is to see the user's own umask.
    '  (umask 077; export LC_ALL=C; mkdir -p "$r/bin" && chmod 700 "$r" &&',
    `    head -c ${size} >"$a.$$" && good "$a.$$" && mv -f "$a.$$" "$a") || { rm -f "$a.$$"; echo '${nonce} - refused'; exit 1; }`,
    'fi',
    `exec sh "$a" serve ${nonce}`,
  ].join('\n')
}

/** A verb of the installed agent on a channel of its own. */
export function agentCommand(program: AgentProgram, words: readonly string[], root?: string): string {
  return `${rootLine(root)} exec sh "$r/bin/agent-${program.version}" ${words.map(shellQuote).join(' ')}`
}

/** Sets `$r`. A root of the caller's own is also what the agent itself sees. */
function rootLine(root: string | undefined): string {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the shell that expands this.
  return root === undefined ? 'r=${DROVER_ROOT:-$HOME/.drover};' : `r=${shellQuote(root)}; export DROVER_ROOT="$r";`
}
