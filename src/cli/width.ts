/**
 * How many terminal cells a text takes, and how to cut it to a number of cells. Cuts never split what is seen as one character.
 * Terminals differ on rare emoji; this follows the widths of Unicode's East Asian table, as most do.
 */

/** One visible character: a base with its marks and joined parts, or two regional indicators that make a flag. */
const CLUSTER = /\p{RI}\p{RI}|\P{M}[\p{M}\p{EMod}]*(?:\u200d\P{M}[\p{M}\p{EMod}]*)*|\p{M}+/gsu
const WIDE =
  /^(?:[\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18aff}\u{1aff0}-\u{1b2ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|\p{RI}\p{RI}|\p{Emoji}\ufe0f)/u
const ZERO = /^[\p{M}\p{Cf}]/u
const PLAIN = /^[\x20-\x7e]*$/

export function displayWidth(text: string): number {
  if (PLAIN.test(text)) return text.length
  let width = 0
  for (const [cluster] of text.matchAll(CLUSTER)) width += clusterWidth(cluster)
  return width
}

/** The text in at most `width` cells; what was cut is marked by one `…`. */
export function cutToWidth(text: string, width: number): string {
  if (displayWidth(text) <= width) return text
  if (width < 1) return ''
  let kept = ''
  let used = 0
  for (const [cluster] of text.matchAll(CLUSTER)) {
    const next = clusterWidth(cluster)
    if (used + next > width - 1) break
    kept += cluster
    used += next
  }
  return `${kept}…`
}

/** The end of the text in at most `width` cells: what matters in a path. */
export function cutStartToWidth(text: string, width: number): string {
  if (displayWidth(text) <= width) return text
  if (width < 1) return ''
  let kept = ''
  let used = 0
  for (const [cluster] of [...text.matchAll(CLUSTER)].reverse()) {
    const next = clusterWidth(cluster)
    if (used + next > width - 1) break
    kept = cluster + kept
    used += next
  }
  return `…${kept}`
}

export function padToWidth(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const gap = ' '.repeat(Math.max(0, width - displayWidth(text)))
  return align === 'left' ? text + gap : gap + text
}

function clusterWidth(cluster: string): number {
  if (PLAIN.test(cluster)) return cluster.length
  if (WIDE.test(cluster)) return 2
  return ZERO.test(cluster) ? 0 : 1
}
