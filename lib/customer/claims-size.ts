import { isIndexName, limits } from '../protocol.js'

/**
 * Throws a TypeError for a claims set that platforms refuse for what it holds, so that the signer hears of it and not the page.
 */
export function checkSize(claims: object): void {
  const { depth: maxDepth, ...max } = limits.json
  const held = { values: 0, members: 0, objects: 0 }

  function visit(value: unknown, depth: number): void {
    if (typeof value !== 'object' || value === null) return
    if (depth > maxDepth)
      throw new TypeError(`The claims have more than ${maxDepth} levels; platforms refuse that`)
    const isList = Array.isArray(value)
    const entries = Object.entries(value) as [string, unknown][]
    if (!isList && entries.some(([name]) => isIndexName(name))) {
      throw new TypeError(
        'A claim has a member named like a number, at some level; platforms refuse that. Use a list, or begin the name with a letter',
      )
    }
    held.values += entries.length
    if (!isList) {
      held.members += entries.length
      held.objects++
    }
    for (const [, member] of entries) visit(member, depth + 1)
  }

  visit(claims, 1)
  for (const what of ['members', 'values', 'objects'] as const) {
    if (held[what] <= max[what]) continue
    throw new TypeError(
      `The claims hold ${held[what]} ${what} in all; platforms refuse more than ${max[what]}. Pass fewer extra claims`,
    )
  }
}
