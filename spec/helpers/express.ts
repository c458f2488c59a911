import { createRequire } from 'node:module'
import express5 from 'express'

export type Express = typeof express5

/** It has no types here; for what the tests use, those of Express 5 fit. */
const express4 = createRequire(import.meta.url)('express-4') as Express

/** For `describe.each`: what is said of one is said of both. */
export const expresses: readonly [name: string, express: Express][] = [
  ['Express 4', express4],
  ['Express 5', express5],
]
