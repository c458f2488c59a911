import type { Cell, OnNode, Results } from '../results.js'

/** Where a figure stands among what a part has measured: in a table, or as what was reached of a target. */
export type Place =
  | { readonly part: string; readonly table: string; readonly row: string; readonly column: string }
  | { readonly part: string; readonly target: string }

/** Null where it was not measured on this Node. Titles and targets that begin like this are meant: the rest may tell sizes. */
export function figureAt({ parts }: OnNode, place: Place): Cell | null {
  const part = parts[place.part]
  if ('target' in place) {
    return part?.verdicts.find(({ target }) => target.startsWith(place.target))?.reached ?? null
  }
  const table = part?.tables.find(({ title }) => title.startsWith(place.table))
  const at = table?.columns.indexOf(place.column) ?? -1
  return table?.rows.find(({ name }) => name === place.row)?.cells[at] ?? null
}

/** The oldest first. */
export function nodesOf(results: Results): readonly OnNode[] {
  return Object.entries(results.nodes)
    .toSorted(([one], [other]) => Number(one) - Number(other))
    .map(([, node]) => node)
}
