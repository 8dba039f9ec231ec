/** Has a host's login shell run a POSIX text: only that shell knows where programs are. What its profile prints comes before. */
import { shellJoin, shellQuote } from '../../shared/shell-quote.ts'

/** A command line for a transport. `variables` are set for the text, which stands in `$A`. */
export function byLoginShell(shell: string, text: string, variables: Readonly<Record<string, string>> = {}): string {
  const all = Object.entries({ ...variables, A: text })
  const set = all.map(([name, value]) => `${name}=${shellQuote(value)}`)
  const name = shell.slice(shell.lastIndexOf('/') + 1)
  const inner = 'exec /bin/sh -c "$A"'
  const words =
    name === 'csh' || name === 'tcsh'
      ? [shell, '-c', inner]
      : name === 'busybox'
        ? [shell, 'sh', '-l', '-c', inner]
        : [shell, '-l', '-c', inner]
  return `${set.join('; ')}; export ${all.map(([key]) => key).join(' ')}; exec ${shellJoin(words)}`
}
