/**
 * Which rows are chosen, and where the keyboard is: as in lists everywhere. Rows are known by id, so that what comes and goes meanwhile
 * moves neither. Pure: `ids` are the rows as they are shown now.
 */

/** `cursor`: the row the arrow keys go from. `anchor`: where a range begins. */
export type Selection = { chosen: ReadonlySet<string>; cursor: string | null; anchor: string | null }

export const NOTHING: Selection = { chosen: new Set(), cursor: null, anchor: null }

/** Moves the cursor; with `isExtending` the range from the anchor is chosen as well. */
export function moveTo(selection: Selection, ids: readonly string[], index: number, isExtending: boolean): Selection {
  const cursor = ids[Math.max(0, Math.min(ids.length - 1, index))] ?? null
  if (!isExtending || cursor === null) return { ...selection, cursor, anchor: cursor }
  return extendTo({ ...selection, anchor: selection.anchor ?? selection.cursor }, ids, cursor)
}

/** Chooses the row, or no longer. */
export function toggle(selection: Selection, id: string): Selection {
  const chosen = new Set(selection.chosen)
  if (!chosen.delete(id)) chosen.add(id)
  return { chosen, cursor: id, anchor: id }
}

/** Chooses all between the anchor and the row; the anchor stays, so that the range can be changed. */
export function extendTo(selection: Selection, ids: readonly string[], id: string): Selection {
  const anchor = selection.anchor !== null && ids.includes(selection.anchor) ? selection.anchor : id
  const [from, to] = [ids.indexOf(anchor), ids.indexOf(id)].sort((a, b) => a - b)
  return { chosen: new Set(ids.slice(from, (to ?? 0) + 1)), cursor: id, anchor }
}

export function chooseAll(selection: Selection, ids: readonly string[]): Selection {
  return { ...selection, chosen: new Set(ids) }
}

export function chooseNone(selection: Selection): Selection {
  return { ...selection, chosen: NOTHING.chosen }
}
