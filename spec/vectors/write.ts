import { writeFileSync } from 'node:fs'
import { vectorsText } from './file.js'

/** Writes docs/vectors.json. `npm run build && npm run vectors`. */
writeFileSync(new URL('../../../docs/vectors.json', import.meta.url), vectorsText())
