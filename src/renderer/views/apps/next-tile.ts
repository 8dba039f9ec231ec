/** Which tile the arrow keys lead to: the nearest in that direction, as it is laid out at this moment. */

export function nextTile(view: HTMLElement, key: string, field: HTMLElement | null): HTMLElement | null {
  const tiles = [...view.querySelectorAll<HTMLElement>('.app-launch')]
  const { activeElement } = document
  if (activeElement === field) return key === 'ArrowDown' ? (tiles[0] ?? null) : null
  const at = tiles.indexOf(activeElement as HTMLElement)
  const current = tiles[at]
  if (!current) return null
  switch (key) {
    case 'ArrowRight':
      return tiles[at + 1] ?? null
    case 'ArrowLeft':
      return tiles[at - 1] ?? null
    case 'Home':
      return tiles[0] ?? null
    case 'End':
      return tiles.at(-1) ?? null
    case 'ArrowDown':
      return nearestIn(tiles.slice(at + 1), current)
    case 'ArrowUp':
      return nearestIn(tiles.slice(0, at).toReversed(), current) ?? field
    default:
      return null
  }
}

/** Of the next row, which the first tile that is not beside the current one begins. */
function nearestIn(tiles: readonly HTMLElement[], current: HTMLElement): HTMLElement | null {
  const { top, left } = current.getBoundingClientRect()
  const row = tiles.find(tile => Math.abs(tile.getBoundingClientRect().top - top) > 4)?.getBoundingClientRect().top
  if (row === undefined) return null
  const inRow = tiles.filter(tile => Math.abs(tile.getBoundingClientRect().top - row) <= 4)
  const farness = (tile: HTMLElement) => Math.abs(tile.getBoundingClientRect().left - left)
  return inRow.reduce<HTMLElement | null>((best, tile) => (best && farness(best) <= farness(tile) ? best : tile), null)
}
