/** The file that the examples of docs/frameworks.md share. */
import type { Verifier } from 'reverse-jwt'

export const verifier: Verifier
export const allowedOrigins: string[]
