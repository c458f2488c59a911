/** The candidate that was probably meant by a misspelled name; undefined when none is near. */
export function closest(name: string, candidates: readonly string[]): string | undefined {
  const lowered = name.toLowerCase()
  const near = candidates
    .map((candidate) => ({ candidate, steps: editDistance(lowered, candidate.toLowerCase()) }))
    .filter(({ candidate, steps }) => steps <= Math.max(2, candidate.length / 3))
  near.sort((a, b) => a.steps - b.steps)
  return near[0]?.candidate
}

/** Levenshtein distance: how many letters to insert, delete or replace. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (const [line, letter] of Array.from(from).entries()) {
    const next = [line + 1]
    for (const [column, other] of Array.from(to).entries()) {
      const replaced = (row[column] ?? 0) + Number(letter !== other)
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
