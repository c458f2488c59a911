import { jest } from '@jest/globals'

/** For specs with servers of their own, which take their time on a busy machine: `import '../helpers/longer-time-limit.js'`. */
jest.setTimeout(60_000)
