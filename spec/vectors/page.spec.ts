import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { rm } from 'node:fs/promises'
import { codesOf, inRepository, read, sectionOf, tablesOf } from '../docs/markdown.js'
import { recipeFolder, Recipes, type RecipeFolder } from '../package/recipes.js'
import type { Step } from './shape.js'
import { vectors } from './vectors.js'

const page = new Recipes('docs/vectors.md', ['go'])
const text = read('docs/vectors.md')

/** The names in the first column of the table of a section. */
function namesIn(heading: string): (string | undefined)[] {
  const [table = []] = tablesOf(sectionOf(text, heading))
  return table.map(([name = '']) => codesOf(name)[0])
}

/** The members of objects, without those that say which one it is. */
function membersOf(list: readonly object[]): Set<string> {
  const names = list.flatMap((member) => Object.keys(member))
  return new Set(names.filter((name) => name !== 'id' && name !== 'about'))
}

const tests = vectors.groups.flatMap((group) => group.tests)
const steps = vectors.sequences.flatMap((sequence) => sequence.steps)

describe('docs/vectors.md', () => {
  it('explains the members of the file, in their order', () => {
    const names = Object.keys(vectors).filter((name) => name !== 'about' && name !== 'warning')
    expect(namesIn('## The file')).toEqual(names)
  })

  it('explains the members of a test and of a step', () => {
    expect(new Set([...namesIn('## Verify'), 'now'])).toEqual(membersOf([...tests, ...steps]))
  })

  it('explains the members of a signing vector', () => {
    expect(new Set(namesIn('## Sign'))).toEqual(membersOf(vectors.signing))
  })
})

describe('the program in docs/vectors.md', () => {
  /** Of a reader who has not written a verifier yet: one answer to all. */
  const verifier = `package main

import (
	"encoding/json"
	"os"
)

func newVerifier(settings Settings, projects json.RawMessage) func(int64, string, Request) (*Accepted, string) {
	return func(now int64, token string, request Request) (*Accepted, string) {
		if os.Getenv("ANSWER") == "accepted" {
			return &Accepted{Project: "shop"}, ""
		}
		return nil, os.Getenv("ANSWER")
	}
}
`

  let here: RecipeFolder
  beforeAll(async () => {
    here = await recipeFolder()
    await here.write('vectors.go', page.with('// vectors.go'))
    await here.write('verifier.go', verifier)
    await here.shell('go build -o check vectors.go verifier.go')
  }, 180_000)
  afterAll(() => rm(here.folder, { recursive: true }))

  /** How many lines it prints when its verifier has this one answer. */
  async function lines(ANSWER: string): Promise<number> {
    const printed = await here.shell(`./check '${inRepository('docs/vectors.json')}'`, { ANSWER })
    return printed.match(/: wanted .*, got /g)?.length ?? 0
  }
  const others = (isSame: (step: Step) => boolean) =>
    [...tests, ...steps].filter((step) => !isSame(step)).length

  it('names each token that a verifier wrongly accepts', async () => {
    const isShop = ({ accepted }: Step) => accepted?.project === 'shop' && accepted.scopes.length === 0
    expect(others(isShop)).toBeGreaterThan(100)
    expect(await lines('accepted')).toBe(others(isShop))
  })

  it.each(['token_malformed', 'token_replayed'])('names each token that is not %s', async (code) => {
    expect(others(({ refused }) => refused === code)).toBeGreaterThan(100)
    expect(await lines(code)).toBe(others(({ refused }) => refused === code))
  })
})

it('no program on that page is left out', () => {
  expect(page.notRun()).toEqual([])
})
