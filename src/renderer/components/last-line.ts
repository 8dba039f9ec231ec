/** The last line with something to read in it, as a terminal would have left it: without colours, and with what was written over gone. */

/** CSI and OSC sequences, then the short ones. A cut one at the beginning of a tail leaves a few harmless letters. */
const SEQUENCES = /\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[ -/]*[0-~]/g

export function lastLine(text: string): string {
  const lines = text.replace(SEQUENCES, '').split('\n')
  for (const line of lines.reverse()) {
    const left = line.split('\r').findLast(part => part.trim() !== '')
    if (left !== undefined) return left.trim()
  }
  return ''
}
