/** The colour of a process's name, by its place in the project: the same in the list and before each of its lines. */
import type { CSSProperties } from 'react'
import type { ProcessView } from '../../../shared/process.ts'

const COLOURS = 12
const FIRST_HUE = 250
/** Five twelfths of the circle: neighbours are far apart, and twelve are had before one comes again. */
const STEP = 150

/** processes.css makes a colour of it that can be read in the theme. */
export function labelStyle({ position }: Pick<ProcessView, 'position'>): CSSProperties {
  return { '--hue': (FIRST_HUE + (position % COLOURS) * STEP) % 360 } as CSSProperties
}
