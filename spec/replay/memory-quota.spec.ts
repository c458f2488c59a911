import { describe, expect, it } from '@jest/globals'
import { MemoryReplayStore } from '../../lib/index.js'
import { thrownBy } from '../helpers/admission.js'
import { makeKeyPair } from '../helpers/keys.js'
import { mint, now } from '../helpers/mint.js'
import { platform, rival, rivalKeys, shop, verifierOf } from '../helpers/platform.js'
import { expectRefusal } from '../helpers/refusals.js'
import { quotaUsedUp, small } from './small-store.js'

describe('the quota of a project', () => {
  it('is its own: when it is used up, the others are unharmed', () => {
    const { consume, fill } = small({ capacity: 100, projectQuota: 10 })
    fill('flooder', 10)
    for (let attempt = 0; attempt < 1000; attempt++) {
      expect(thrownBy(() => consume('flooder', `more-${attempt}`))).toMatchObject(quotaUsedUp)
    }
    expect(consume('flooder', `${now}-3`)).toBe(false)
    fill('shop', 10)
    fill('rival', 10)
  })

  it('is a tenth of the capacity, rounded up, unless told otherwise', () => {
    const { consume, fill } = small({ capacity: 95 })
    fill('shop', 10)
    expect(thrownBy(() => consume('shop', 'one more'))).toMatchObject(quotaUsedUp)
    const one = small({ capacity: 1 })
    one.fill('shop', 1)
  })

  it('is given back id by id as they expire', () => {
    const { clock, consume, fill } = small({ capacity: 100, projectQuota: 4 })
    fill('shop', 2)
    clock.now += 100
    fill('shop', 2)
    expect(thrownBy(() => consume('shop', 'a'))).toMatchObject(quotaUsedUp)
    clock.now += 80
    expect(consume('shop', 'a')).toBe(true)
    expect(consume('shop', 'b')).toBe(true)
    expect(thrownBy(() => consume('shop', 'c'))).toMatchObject(quotaUsedUp)
  })

  it('is whole again for a project that had left', () => {
    const { clock, consume, fill, store } = small({ capacity: 100, projectQuota: 4 })
    for (let round = 0; round < 5; round++) {
      fill('shop', 4)
      expect(thrownBy(() => consume('shop', 'one more'))).toMatchObject(quotaUsedUp)
      clock.now += 180
      fill('rival', 1)
    }
    expect(store.size).toBeLessThan(6)
  })

  it('of one project does not stop another at the verifier', async () => {
    const { options } = platform({
      replayStore: new MemoryReplayStore({ capacity: 100, projectQuota: 2 }),
    })
    const verifier = verifierOf(options, [shop(), rival])
    await verifier.verify(mint())
    await verifier.verify(mint())
    await expectRefusal(verifier.verify(mint()), 'replay_store_full')
    const other = mint({
      privateKey: rivalKeys.privateKey,
      header: { kid: 'key-rival' },
      claims: { iss: 'rival', sub: 'rival', proj_id: 'rival' },
    })
    await expect(verifier.verify(other)).resolves.toMatchObject({ project: { id: 'rival' } })
  })

  it('does not count what has expired, though the ids of others stand before it', () => {
    const { clock, consume, fill } = small({ capacity: 1000, projectQuota: 10 })
    for (let other = 0; other < 50; other++) fill(`other-${other}`, 10)
    fill('shop', 10)
    clock.now += 181
    expect(consume('shop', 'new')).toBe(true)
  })

  it('does not count what has expired, though one id of another lives longer', () => {
    const { clock, consume, fill } = small({ capacity: 1000, projectQuota: 10 })
    consume('flooder', 'long', 3600)
    fill('shop', 10)
    clock.now += 181
    expect(consume('shop', 'new')).toBe(true)
  })

  it('is not touched by tokens that somebody else signed', async () => {
    const replayStore = new MemoryReplayStore({ capacity: 10, projectQuota: 1 })
    const verifier = verifierOf({ replayStore })
    const { privateKey } = makeKeyPair('ES256')
    for (let attempt = 0; attempt < 5; attempt++) {
      await expectRefusal(verifier.verify(mint({ privateKey })), 'token_not_verified')
    }
    expect(replayStore.size).toBe(0)
    await expect(verifier.verify(mint())).resolves.toMatchObject({ project: { id: 'shop' } })
  })
})
