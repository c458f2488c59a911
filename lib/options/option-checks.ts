/**
 * Throws a TypeError for a member of `given` that `known` does not have, and suggests the one that was probably meant.
 * A misspelled option must not become a check that never runs.
 */
export function refuseUnknownNames(
  given: unknown,
  known: Readonly<Record<string, unknown>>,
  what: string,
): void {
  // Callers without TypeScript pass anything.
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new TypeError(`Give an object; each ${what} has a name: ${Object.keys(known).join(', ')}`)
  }
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(known, name)) continue
    if (!/^\w{1,20}$/.test(name))
      throw new TypeError(`Unknown ${what}. Known: ${Object.keys(known).join(', ')}.`)
    const meant = closest(name, Object.keys(known))
    const hint = meant === undefined ? `Known: ${Object.keys(known).join(', ')}.` : `Did you mean "${meant}"?`
    throw new TypeError(`Unknown ${what} "${name}". ${hint}`)
  }
}

/** An option that is present but undefined is most often a setting that got lost: `audience: process.env.AUDIENCE`. */
export function refuseUndefined(given: object, what = 'Option '): void {
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined) continue
    const named = /^\w{1,20}$/.test(name) ? name : 'of an unknown name'
    throw new TypeError(`${what}${named} is undefined; set it or leave it out`)
  }
}

/** Whether something is an object of this kind, as far as one of its methods tells. */
export function hasMethod(value: unknown, name: string): boolean {
  return typeof (value as Record<string, unknown> | null | undefined)?.[name] === 'function'
}

export function requireThat(condition: boolean, otherwise: string): void {
  if (!condition) throw new TypeError(`Option ${otherwise}`)
}

/** Seconds from `least` to `most`; `usual` where none are given. `name` begins the sentence of the error. */
export function parseSeconds(
  name: string,
  value: number | undefined,
  { default: usual, max: most }: { readonly default: number; readonly max: number },
  least: number,
): number {
  if (value === undefined) return usual
  // Callers without TypeScript pass anything.
  if (typeof (value as unknown) === 'number' && value >= least && value <= most) return value
  const hint =
    Number.isFinite(value) && value >= 1000 && value > most ? `; ${value} looks like milliseconds` : ''
  throw new TypeError(`${name} must be a number of seconds from ${least} to ${most}${hint}`)
}

function closest(name: string, candidates: readonly string[]): string | undefined {
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

/**
 * A short value as JSON with a space before it, for a sentence; '' for a long one. What stands in a wrong place may be a
 * private key, so no long text is repeated.
 */
export function shown(value: unknown): string {
  const json =
    typeof value === 'bigint'
      ? `${value.toString()}n`
      : ((JSON.stringify(value) as string | undefined) ?? 'undefined')
  return json.length > 17 ? '' : ` ${json}`
}

/** The shortest private key of ours has 43 characters in base64url. The name of a project by default, a UUID, has 36. */
export const maxQuoted = 40

/** The same for a name that was given: '' for one that is long enough to be a private key in the wrong place. */
export function quoted(name: string): string {
  return name.length > maxQuoted ? '' : ` ${escaped(name)}`
}

/** A name that is known to be one, as JSON in ASCII: nothing in it is unseen, or turns what stands around it. */
export function escaped(name: string): string {
  return JSON.stringify(name).replace(
    /[^\x20-\x7E]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
