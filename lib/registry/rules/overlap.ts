import { seconds } from '../../options/kinds.js'

/** Seconds for which a replaced key stays good: a day. */
export const defaultOverlap = 86_400

/** From 0 to 30 days. */
export const overlap = seconds({ min: 0, max: 30 * 86_400 })
