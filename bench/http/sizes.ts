import type { HttpSize } from './bench.js'

// Short turns and many of them: a machine that is shared is fast and slow by the second.
const one = { connections: 1, rounds: 15, count: 200 }
const many = { connections: 64, rounds: 41, count: 512 }

export const shortHttp: HttpSize = {
  warmUp: 6000,
  modes: { RS256: [one, many], ES256: [one, many], PS256: [many], EdDSA: [many] },
}

const oneConnection = { connections: 1, rounds: 21, count: 1000 }
const eight = { connections: 8, rounds: 15, count: 2000 }
const sixtyFour = { connections: 64, rounds: 31, count: 2000 }
const atRate = { connections: 64, rate: 1000, rounds: 5, count: 2000 }

export const fullHttp: HttpSize = {
  warmUp: 5000,
  modes: {
    RS256: [oneConnection, eight, sixtyFour, atRate],
    ES256: [oneConnection, sixtyFour],
    PS256: [oneConnection, sixtyFour],
    EdDSA: [oneConnection, sixtyFour],
  },
  pairs: { connections: 64, rounds: 7, count: 3000 },
}
