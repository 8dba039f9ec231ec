/** A text in one line, cut where its place ends, with the whole as its title. Whatever could act in it is shown as what it is. */
import { visible } from '../../shared/visible.ts'

type CutProps = {
  readonly text: string
  readonly className?: string /** In place of the text itself. */
  readonly title?: string
}

/** What a line can show of it: a text may have 128 kB, and a layout of that takes as long as all else. */
const SHOWN_CHARACTERS = 300
const TITLE_CHARACTERS = 2_000

export function Cut({ text, className = '', title = text }: CutProps) {
  return (
    <span className={`cut ${className}`} dir="ltr" title={visible(title.slice(0, TITLE_CHARACTERS))}>
      {visible(text.slice(0, SHOWN_CHARACTERS))}
    </span>
  )
}
