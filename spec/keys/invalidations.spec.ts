import { describe, expect, it } from '@jest/globals'
import { Invalidations } from '../../lib/keys/invalidations.js'
import { projectPrefix } from '../../lib/protocol.js'

/** Whether the key was invalidated since the count was this. */
function concern(invalidations: Invalidations, projectId: string, kid: string, count: number) {
  const prefix = projectPrefix(projectId)
  return invalidations.concern(prefix + kid, prefix, count)
}

describe('invalidations', () => {
  it.each([
    ['of a key', ['shop', 'a'], ['shop a']],
    ['of a project', ['shop'], ['shop a', 'shop b']],
    ['of everything', [], ['shop a', 'shop b', 'shop2 a', '4 shopa']],
    ['of a name that no key can have', ['x'.repeat(1000)], ['shop a', 'shop b', 'shop2 a', '4 shopa']],
    ['of the name of another project', ['sho'], []],
  ])('%s concern no more and no less, and only what was read before', (_, names, concerned) => {
    const invalidations = new Invalidations()
    const before = invalidations.count
    invalidations.add(...(names as [string, string]))
    const after = invalidations.count
    // A later one of something else hides nothing.
    invalidations.add('other')
    const keys = ['shop a', 'shop b', 'shop2 a', '4 shopa'].map((key) => key.split(' ') as [string, string])
    const ofKeys = (count: number) =>
      keys.filter((key) => concern(invalidations, ...key, count)).map((key) => key.join(' '))
    expect(ofKeys(before)).toEqual(concerned)
    expect(ofKeys(after)).toEqual([])
  })

  it('are kept for the last 10,000 names; older ones count as of everything, so none is lost', () => {
    const invalidations = new Invalidations()
    invalidations.add('shop')
    const first = invalidations.count
    for (let other = 1; other < 10_000; other++) invalidations.add(`project-${other}`)
    expect(concern(invalidations, 'honest', 'a', 0)).toBe(false)
    invalidations.add('one more')
    expect(Reflect.get(invalidations, 'last')).toHaveProperty('size', 10_000)
    expect(concern(invalidations, 'shop', 'a', first - 1)).toBe(true)
    expect(concern(invalidations, 'honest', 'a', first - 1)).toBe(true)
    expect(concern(invalidations, 'honest', 'a', first)).toBe(false)
  })

  it('again and again of one name take the room of one, and it is the newest', () => {
    const invalidations = new Invalidations()
    invalidations.add('shop')
    for (let other = 1; other < 10_000; other++) invalidations.add(`project-${other}`)
    for (let again = 0; again < 100; again++) invalidations.add('shop')
    expect(Reflect.get(invalidations, 'last')).toHaveProperty('size', 10_000)
    expect(concern(invalidations, 'honest', 'a', 0)).toBe(false)
    invalidations.add('one more')
    expect(concern(invalidations, 'shop', 'a', invalidations.count - 2)).toBe(true)
  })

  it('of everything leave nothing to remember', () => {
    const invalidations = new Invalidations()
    for (let other = 0; other < 100; other++) invalidations.add(`project-${other}`)
    invalidations.add()
    expect(Reflect.get(invalidations, 'last')).toHaveProperty('size', 0)
    expect(concern(invalidations, 'project-1', 'a', invalidations.count - 1)).toBe(true)
  })
})
