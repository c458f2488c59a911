/** Programs that sign, one for each language, with what a customer needs filled in. None holds a key. */
import { go } from './go.js'
import { java } from './java.js'
import { node } from './node.js'
import { php } from './php.js'
import { python } from './python.js'

export const sheets = [node, python, php, go, java]
