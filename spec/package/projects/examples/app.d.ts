/** An app of the reader that is made while its module loads. */
import type { Express } from 'express'

export const app: Express
