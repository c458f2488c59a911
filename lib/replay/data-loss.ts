import { oneOf } from '../options/kinds.js'

/**
 * What a replay store does, after it lost its data, about tokens that could have been used before: `'accept'` lets each of them
 * in once more until it expires, `'refuse'` refuses them as used.
 */
export type AfterDataLoss = 'accept' | 'refuse'

export const afterDataLoss = oneOf<AfterDataLoss>('accept', 'refuse')
