/** The app that the tests of docs/testing.md share. */
import type { Express } from 'express'
import type { KeyStore, ReplayStore, VerifierEventListener } from 'reverse-jwt'

export function createApp(parts: {
  keyStore: KeyStore
  replayStore: ReplayStore
  onEvent?: VerifierEventListener
}): Express
