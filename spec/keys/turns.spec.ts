import { describe, expect, it } from '@jest/globals'
import { Turns } from '../../lib/keys/turns.js'

const item = (name: string) => ({ projectId: name.slice(0, 1), name })

/** What waits, with at most so many in all and of one project. */
function waiting(names: readonly string[], max = 100, maxOfProject = 100) {
  const turns = new Turns<ReturnType<typeof item>>({ max, maxOfProject })
  const items = names.map(item)
  for (const each of items) turns.add(each)
  return { turns, items }
}

const taken = (turns: Turns<ReturnType<typeof item>>) => {
  const names: string[] = []
  for (let next = turns.take(); next !== undefined; next = turns.take()) names.push(next.name)
  return names
}

describe('turns', () => {
  it('serve projects one after the other, and each in the order in which it came', () => {
    const { turns } = waiting(['a1', 'a2', 'a3', 'a4', 'b1', 'c1', 'c2'])
    expect(taken(turns)).toEqual(['a1', 'b1', 'c1', 'a2', 'c2', 'a3', 'a4'])
  })

  it('let a project that comes later wait for no more than one of each other', () => {
    const { turns } = waiting(['a1', 'a2', 'a3', 'b1', 'b2'])
    expect([turns.take()?.name, turns.take()?.name]).toEqual(['a1', 'b1'])
    turns.add(item('c1'))
    turns.add(item('a4'))
    expect(taken(turns)).toEqual(['a2', 'b2', 'c1', 'a3', 'a4'])
  })

  it('let go of what does not wait any longer', () => {
    const { turns, items } = waiting(['a1', 'a2', 'b1'])
    const [a1, , b1] = items
    expect(a1 && turns.delete(a1)).toBe(true)
    expect(a1 && turns.delete(a1)).toBe(false)
    expect(b1 && turns.delete(b1)).toBe(true)
    expect(turns.delete(item('c1'))).toBe(false)
    expect(taken(turns)).toEqual(['a2'])
  })

  it('say when more wait than may, of a project and in all', () => {
    const { turns } = waiting(['a1', 'a2'], 3, 2)
    expect(turns.isOver('a')).toBe(false)
    turns.add(item('a3'))
    expect(turns.isOver('a')).toBe(true)
    expect(turns.isOver('b')).toBe(false)
    turns.add(item('b1'))
    expect(turns.isOver('b')).toBe(true)
    turns.take()
    expect(turns.isOver('a')).toBe(false)
  })

  it('keep nothing of a project that has nothing left', () => {
    const { turns, items } = waiting(['a1', 'b1', 'b2', 'c1'])
    turns.take()
    for (const each of items) turns.delete(each)
    expect(Reflect.get(turns, 'projects')).toHaveProperty('size', 0)
  })
})
