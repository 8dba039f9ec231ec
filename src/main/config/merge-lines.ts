/**
 * A three-way merge of lines, for config.yaml: the YAML library writes a whole document in its own form, and only what we really
 * changed may change in the user's file. `base` is the unchanged document in the library's form, `mine` what the user wrote,
 * `theirs` the changed document in the library's form.
 */

/** Beyond this the lines are not compared, some seconds of work: who has ten thousand hosts gets the library's form. */
const MAX_COMPARED = 4_000_000

/** `mine` with the changes that lead from `base` to `theirs`. Where both differ from `base`, `theirs` is taken. */
export function mergeLines(base: readonly string[], mine: readonly string[], theirs: readonly string[]): readonly string[] {
  const inMine = commonLines(base, mine)
  const inTheirs = commonLines(base, theirs)
  const merged: string[] = []
  let from = { base: 0, mine: 0, theirs: 0 }
  for (let index = 0; index <= base.length; index++) {
    const mineAt = index === base.length ? mine.length : inMine[index]
    const theirsAt = index === base.length ? theirs.length : inTheirs[index]
    if (mineAt === undefined || theirsAt === undefined) continue
    // Between two lines that all three have in common.
    merged.push(
      ...mergeRegion(base.slice(from.base, index), mine.slice(from.mine, mineAt), theirs.slice(from.theirs, theirsAt)),
      ...base.slice(index, index + 1),
    )
    from = { base: index + 1, mine: mineAt + 1, theirs: theirsAt + 1 }
  }
  return merged
}

function mergeRegion(base: readonly string[], mine: readonly string[], theirs: readonly string[]): readonly string[] {
  const end = sharedEnd(base, theirs)
  const changedStart = base.slice(0, base.length - end)
  // They changed the beginning only, which the user has in the same form: theirs, then the user's end.
  if (isEqual(mine.slice(0, changedStart.length), changedStart)) {
    return [...theirs.slice(0, theirs.length - end), ...mine.slice(changedStart.length)]
  }
  const start = sharedEnd(base.toReversed(), theirs.toReversed())
  const changedEnd = base.slice(start)
  const kept = mine.length - changedEnd.length
  return kept >= 0 && isEqual(mine.slice(kept), changedEnd) ? [...mine.slice(0, kept), ...theirs.slice(start)] : theirs
}

/** How many lines both have in common at their ends. */
function sharedEnd(one: readonly string[], other: readonly string[]): number {
  let count = 0
  while (count < one.length && count < other.length && one.at(-1 - count) === other.at(-1 - count)) count++
  return count
}

/** For each line of `from` its place in `to`, in a longest common subsequence; undefined for a line that is not in it. */
function commonLines(from: readonly string[], to: readonly string[]): (number | undefined)[] {
  const places: (number | undefined)[] = Array(from.length).fill(undefined)
  let start = 0
  while (start < from.length && start < to.length && from[start] === to[start]) places[start] = start++
  let end = 0
  while (end < from.length - start && end < to.length - start && from.at(-1 - end) === to.at(-1 - end)) {
    end++
    places[from.length - end] = to.length - end
  }
  const rows = from.length - start - end
  const columns = to.length - start - end
  if (rows * columns > MAX_COMPARED) return places
  // lengths[row * (columns + 1) + column]: how much the rest of `from` from `row` on has in common with that of `to` from `column` on.
  const width = columns + 1
  const lengths = new Uint32Array((rows + 1) * width)
  const at = (row: number, column: number) => lengths[row * width + column] ?? 0
  for (let row = rows - 1; row >= 0; row--) {
    for (let column = columns - 1; column >= 0; column--) {
      const isSame = from[start + row] === to[start + column]
      lengths[row * width + column] = isSame ? at(row + 1, column + 1) + 1 : Math.max(at(row + 1, column), at(row, column + 1))
    }
  }
  for (let row = 0, column = 0; row < rows && column < columns; ) {
    if (from[start + row] === to[start + column]) places[start + row++] = start + column++
    else if (at(row + 1, column) >= at(row, column + 1)) row++
    else column++
  }
  return places
}

function isEqual(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((line, index) => line === other[index])
}
