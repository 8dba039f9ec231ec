/** A line as sgr.ts reads it, in its colours. */
import { parseLine, type Span, type Style } from './sgr.ts'

export function SgrText({ text }: { readonly text: string }) {
  return parseLine(text).map(coloured)
}

/** In order, and never moved: its place is all it has for a key. */
function coloured({ text, style }: Span, place: number) {
  const { className, ...colours } = look(style)
  return className === '' && Object.keys(colours).length === 0 ? (
    text
  ) : (
    <span key={place} className={className} style={colours}>
      {text}
    </span>
  )
}

function look(style: Style): { className: string; color?: string; backgroundColor?: string } {
  const [fg, bg] = style.isInverse ? [style.bg ?? 'var(--terminal-bg)', style.fg ?? 'var(--text)'] : [style.fg, style.bg]
  const names = [
    style.isBold && 'bold',
    style.isDim && 'dimmed',
    style.isItalic && 'italic',
    style.isUnderlined && 'underlined',
  ].filter(name => name !== false)
  return {
    className: names.join(' '),
    ...(fg !== null && { color: colourOf(fg) }),
    ...(bg !== null && { backgroundColor: colourOf(bg) }),
  }
}

function colourOf(colour: number | string): string {
  return typeof colour === 'number' ? `var(--ansi-${colour})` : colour
}
