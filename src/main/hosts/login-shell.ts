/**
 * sshd hands every command to the user's login shell, which may be fish or csh, while a transport promises POSIX sh.
 */

/**
 * Wraps a POSIX command line so that any login shell hands it to /bin/sh unchanged.
 *
 * Inside single quotes POSIX shells, fish and csh disagree on a quote, on two backslashes in a row, on `!` and on line ends.
 * Those bytes travel as `\0ooo`, in which all see one backslash before a digit: the same to each.
 *
 * @throws {TypeError} on a NUL, which no command can hold.
 */
export function throughLoginShell(command: string): string {
  if (command.includes('\0')) throw new TypeError('A command cannot hold a NUL')
  if (!/[\\'!\n]/.test(command)) return `exec /bin/sh -c '${command}'`
  const encoded = command.replace(/[\\'!\n]/g, char => `\\0${char.charCodeAt(0).toString(8).padStart(3, '0')}`)
  return `exec /bin/sh -c 'eval "$(printf %b "$1")"' sh '${encoded}'`
}
