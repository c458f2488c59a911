import type { ReplayStore, TokenUse } from '../../lib/index.js'

/** A use without its time, which the clock tells. */
export type UntimedUse = Omit<TokenUse, 'now'>

export type Clocked<Store extends ReplayStore> = Omit<Store, 'consume'> & {
  consume(use: UntimedUse): ReturnType<Store['consume']>
}

/** A replay store bound to a verifier with this clock, for who asks it without one: each use gets the time of the clock. */
export function clocked<Store extends ReplayStore>(clock: () => number, store: Store): Clocked<Store> {
  store.bind?.({ clock, maxLifetime: 1, clockTolerance: 0 })
  const consume = store.consume.bind(store) as Store['consume']
  return Object.assign(store, {
    consume: (use: UntimedUse) => consume({ ...use, now: clock() }) as ReturnType<Store['consume']>,
  })
}
