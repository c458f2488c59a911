import { awsJwtVerify } from './aws-jwt-verify.js'
import type { Contestant } from './contestant.js'
import { fastJwt } from './fast-jwt.js'
import { hono } from './hono.js'
import { jose, joseAndMap } from './jose.js'
import { jsonwebtoken } from './jsonwebtoken.js'
import { ours } from './ours.js'
import { raw } from './raw.js'

/** Who verifies tokens in this process. */
export const contestants: readonly Contestant[] = [raw, ours, jose, jsonwebtoken, fastJwt, awsJwtVerify, hono]

/** Who refuses them. */
export const refusers: readonly Contestant[] = [
  ours,
  joseAndMap,
  jose,
  jsonwebtoken,
  fastJwt,
  awsJwtVerify,
  hono,
]
