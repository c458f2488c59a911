import { beforeEach, describe, expect, it } from '@jest/globals'
import { createHash } from 'node:crypto'
import { createVerifier, type ReplayCeilings, type ReplayStore } from '../../lib/index.js'
import { clocked, type Clocked, type UntimedUse } from '../helpers/clocked-store.js'
import { mint, now } from '../helpers/mint.js'
import { platform, verifierOf } from '../helpers/platform.js'
import { expectRefusal } from '../helpers/refusals.js'

const long = 'l'.repeat(65)
const longest = 'j'.repeat(256)
const digestOf = (text: string, encoding: 'hex' | 'base64' | 'base64url') =>
  createHash('sha256').update(text).digest(encoding)

/** Each pair of project and jti is a token of its own, however alike they look when they are joined or hashed. */
const alike: readonly (readonly [projectId: string, jti: string])[] = [
  ['p1', '2x'],
  ['p12', 'x'],
  ['p', '12x'],
  ['p1:2', 'x'],
  ['p1', ':2x'],
  ['p1:', '2x'],
  ['p1 ', '2x'],
  ['p1', ' 2x'],
  ['p1', '2x '],
  ['P1', '2x'],
  ['p1', '2X'],
  ['p1/2', 'x'],
  ['p1', '/2x'],
  ['1', '2=x'],
  ['1', '=x'],
  ['1=', 'x'],
  ['12', '=x'],
  ['12', 'x'],
  ['1', '#x'],
  ['1#', 'x'],
  ['1', 'x'],
  ['{p1}', '2x'],
  ['{p1', '}2x'],
  ['p1', '{2x}'],
  ['["p1"', '"2x"]'],
  ['__proto__', 'constructor'],
  ['constructor', '__proto__'],
  // Twins that look the same: composed and decomposed.
  ['caf\u00e9', 'caf\u00e9'],
  ['caf\u00e9', 'cafe\u0301'],
  ['cafe\u0301', 'caf\u00e9'],
  // A long id, and what a store might keep in its place.
  ['p1', long],
  ['p1', long.slice(0, 64)],
  ['p1', long + 'l'],
  ['p12', long],
  ...(['hex', 'base64', 'base64url'] as const).flatMap((encoding) =>
    ['', '#', '=', '1#', '1='].map((mark) => ['p1', mark + digestOf(long, encoding)] as const),
  ),
  ['p1', `p1${long}`],
  ['p'.repeat(256), longest],
  ['p'.repeat(255), longest],
  ['p'.repeat(256), longest.slice(1)],
  // One character is another one, anywhere in the longest id there can be.
  ...[0, 1, 31, 63, 64, 65, 127, 128, 254, 255].map(
    (at) => ['p1', `${longest.slice(0, at)}J${longest.slice(at + 1)}`] as const,
  ),
  ['p1', '\u{1f6d2}'.repeat(128)],
  // What might mean something to whoever stores it.
  ['p1', 'x\r\nFLUSHALL\r\n'],
  ['p1', 'x\r\n'],
  ['p1', "'; DROP TABLE used; --"],
  ['p1', '"x"'],
  ['p1', '\\x'],
  ['p1', 'x\0'],
  ['p1', '\u202ex'],
  ['p1', '*'],
  ['*', 'x'],
  ['p1', 'epoch'],
  ['epoch', ''],
  ['p1', '\u{1f6d2}'.repeat(127)],
]

const largest = { maxLifetime: 3600, clockTolerance: 60 }

/**
 * What every built-in replay store promises. `make` returns an empty store with these ceilings, by default those that a store has
 * by itself.
 */
export function describeReplayStore(
  name: string,
  make: (ceilings?: Partial<ReplayCeilings>) => Required<ReplayStore> | Promise<Required<ReplayStore>>,
): void {
  describe(`${name} is a replay store that`, () => {
    const clock = { now }
    const read = () => clock.now
    let store: Clocked<Required<ReplayStore>>

    const use = (jti: string, override: Partial<UntimedUse> = {}): UntimedUse => ({
      projectId: 'shop',
      jti,
      expiresAt: clock.now + 180,
      acceptableFrom: clock.now - 15,
      ...override,
    })

    /** Many at once: calls of an async store overlap, and none waits for another. */
    const atOnce = (uses: readonly UntimedUse[]) => Promise.all(uses.map(async (one) => store.consume(one)))
    const firsts = (answers: readonly boolean[]) => answers.filter((first) => first).length

    beforeEach(async () => {
      store = await bound()
    })

    /** Bound two minutes ago: one that refuses after a loss refuses what could have been used before. */
    async function bound(ceilings?: Partial<ReplayCeilings>) {
      clock.now = now - 120
      const made = clocked(read, await make(ceilings))
      clock.now = now
      return made
    }

    it('says true the first time and false every time after', async () => {
      expect(await store.consume(use('a'))).toBe(true)
      for (let again = 0; again < 5; again++) expect(await store.consume(use('a'))).toBe(false)
      expect(await store.consume(use('b'))).toBe(true)
    })

    it('lets an honest token pass a verifier once', async () => {
      const verifier = verifierOf({ replayStore: store, clock: read })
      const token = mint()
      await expect(verifier.verify(token)).resolves.toMatchObject({ project: { id: 'shop' } })
      await expectRefusal(verifier.verify(token), 'token_replayed')
      await expect(verifier.verify(mint())).resolves.toMatchObject({ project: { id: 'shop' } })
    })

    it('says true to exactly one of many at once', async () => {
      expect(firsts(await atOnce(Array.from({ length: 200 }, () => use('a'))))).toBe(1)
      expect(await store.consume(use('a'))).toBe(false)
    })

    it('says true to exactly one of many at once for each of many ids', async () => {
      const uses = Array.from({ length: 500 }, (_, index) => use(`id-${index % 50}`))
      expect(firsts(await atOnce(uses))).toBe(50)
      expect(firsts(await atOnce(uses))).toBe(0)
    })

    it('does not care that the same id comes with other times', async () => {
      await store.consume(use('a'))
      for (const expiresAt of [now + 61, now + 180.5, now + 3600]) {
        expect(await store.consume(use('a', { expiresAt, acceptableFrom: expiresAt - 200 }))).toBe(false)
      }
    })

    it('takes times with fractions', async () => {
      const times = { expiresAt: now + 180.123456, acceptableFrom: now - 15.987654 }
      expect(await store.consume(use('a', times))).toBe(true)
      expect(await store.consume(use('a', times))).toBe(false)
    })

    it('keeps the ids of each project to itself', async () => {
      for (const projectId of ['shop', 'rival', 'third']) {
        expect(await store.consume(use('a', { projectId }))).toBe(true)
      }
      for (const projectId of ['shop', 'rival', 'third']) {
        expect(await store.consume(use('a', { projectId }))).toBe(false)
      }
    })

    it('takes no pair of project and id for another', async () => {
      expect(new Set(alike.map((pair) => JSON.stringify(pair))).size).toBe(alike.length)
      const taken: unknown[] = []
      for (const [projectId, jti] of alike) {
        if (!(await store.consume(use(jti, { projectId })))) taken.push([projectId, jti])
      }
      expect(taken).toEqual([])
    })

    it('knows every one of these pairs again', async () => {
      for (const [projectId, jti] of alike) await store.consume(use(jti, { projectId }))
      const forgotten: unknown[] = []
      for (const [projectId, jti] of alike) {
        if (await store.consume(use(jti, { projectId }))) forgotten.push([projectId, jti])
      }
      expect(forgotten).toEqual([])
    })

    it.each([
      ['stands still', [0]],
      ['goes on within the id\u2019s time', [1, 60, 100, 179]],
      ['steps back', [-1, -60, -3600, -86_400]],
      ['steps back and forth', [-3600, 100, -100, 179, -86_400, 0]],
      // When the id is forgotten, its token must stay refused although its time has come again.
      ['steps past the id\u2019s time and back', [181, 300, 0, 100, -3600, 179]],
      ['steps far ahead and back', [86_400, 0, 170]],
    ])('never says true again when the clock %s', async (_, steps) => {
      const used = use('a')
      expect(await store.consume(used)).toBe(true)
      for (const step of steps) {
        clock.now = now + step
        // Others come and go meanwhile: that is when a store forgets.
        for (let other = 0; other < 10; other++) await store.consume(use(`other-${step}-${other}`))
        // A token is presented to a store only while a verifier's clock is within its time.
        if (step < 180) expect(await store.consume(used)).toBe(false)
      }
    })

    it('hands a verifier its ceilings, which are 300 and 10 unless told otherwise', async () => {
      for (const limits of [
        { maxLifetime: 300, clockTolerance: 10 },
        { maxLifetime: 1, clockTolerance: 0 },
      ]) {
        expect(store.bind({ clock: read, ...limits })).toEqual({ maxLifetime: 300, clockTolerance: 10 })
      }
      for (const ceilings of [largest, { maxLifetime: 20.5, clockTolerance: 0 }]) {
        const other = await make(ceilings)
        expect(other.bind({ clock: read, maxLifetime: 20.5, clockTolerance: 0 })).toEqual(ceilings)
      }
    })

    it.each([
      ['maxLifetime', 300.5],
      ['maxLifetime', 3600],
      ['clockTolerance', 10.5],
      ['clockTolerance', 60],
    ] as const)('refuses a verifier with a %s of %p until its own is raised', async (name, limit) => {
      const making = (replayStore: ReplayStore) => () =>
        createVerifier(platform({ replayStore, clock: read, [name]: limit }).options)
      expect(making(store)).toThrow(
        new RegExp(
          `^createVerifier: ${name} is ${limit}, but the replay store covers (?:300|10); raise it .* ${name}: ${limit} }\\)$`,
        ),
      )
      expect(making(await make({ [name]: limit }))).not.toThrow()
    })

    it('has one clock: refuses a verifier with another', () => {
      const { options } = platform({ replayStore: store, clock: () => clock.now })
      expect(() => createVerifier(options)).toThrow(
        new TypeError(
          'createVerifier: clock is not that of the other verifier with this replay store; give both the same function, or each a store of its own',
        ),
      )
      expect(() => createVerifier({ ...options, clock: read })).not.toThrow()
    })

    it.each(['0', '300', -1, 0.5, 3601, 300_000, NaN, Infinity, null, undefined])(
      'cannot be made with a maxLifetime of %p',
      async (maxLifetime) => {
        await expect(async () => make({ maxLifetime: maxLifetime as number })).rejects.toThrow(
          /ReplayStore: maxLifetime must be a number of seconds from 1 to 3600|maxLifetime is undefined/,
        )
      },
    )

    it.each(['5', -1, 60.5, 5000, NaN, Infinity, null, undefined])(
      'cannot be made with a clockTolerance of %p',
      async (clockTolerance) => {
        await expect(async () => make({ clockTolerance: clockTolerance as number })).rejects.toThrow(
          /ReplayStore: clockTolerance must be a number of seconds from 0 to 60|clockTolerance is undefined/,
        )
      },
    )

    it('lets an honest token pass once at whichever verifier it comes to first', async () => {
      const replayStore = await bound(largest)
      const verifiers = [
        verifierOf({ replayStore, clock: read }),
        verifierOf({ replayStore, clock: read, ...largest }),
      ]
      for (const verifier of verifiers) {
        const token = mint({ claims: { iat: now - 30, exp: now + 100 } })
        await expect(verifier.verify(token)).resolves.toMatchObject({ project: { id: 'shop' } })
        for (const again of verifiers) await expectRefusal(again.verify(token), 'token_replayed')
      }
    })

    it('goes on saying true to new ids when time goes on', async () => {
      for (let round = 0; round < 20; round++) {
        for (let one = 0; one < 10; one++) expect(await store.consume(use(`${round}-${one}`))).toBe(true)
        for (let one = 0; one < 10; one++) expect(await store.consume(use(`${round}-${one}`))).toBe(false)
        clock.now += 100
      }
    })
  })
}
