/** What only the demo has, at `/story` of the customer: how its page shows what it does, attacks to try, and the code behind it. */
import express, { Router } from 'express'
import type { EventFeed } from '../console/calls/event-feed.js'
import { consoleFolder, storyFolder } from '../page-folder.js'
import { oddTokens, type OddTokenSettings } from './odd-tokens.js'
import { SeenCalls } from './seen-calls.js'
import { sourceCodeRouter } from './source-code.js'

export interface StorySettings extends OddTokenSettings {
  /** The events of the platform. */
  readonly feed: EventFeed
  /** Somebody else's site. */
  readonly elsewhereAddress: string
}

export function storyRouter(settings: StorySettings): Router {
  const odd = oddTokens(settings)
  const seen = new SeenCalls(settings.feed, 'demo-shop')

  const router = Router()
  router.post('/tokens/:kind', async (req, res, next) => {
    const token = await odd.get(req.params.kind)?.()
    if (token === undefined) next()
    else res.set('Cache-Control', 'no-store').json({ token })
  })
  router.get('/seen', async (req, res) => {
    const { id, jti } = req.query
    const event = await seen.find({ id: textOf(id), jti: textOf(jti) })
    res.set('Cache-Control', 'no-store').json({ event: event ?? null })
  })
  router.get('/elsewhere.json', (_req, res) => {
    res.json({ address: settings.elsewhereAddress })
  })
  router.use('/code', sourceCodeRouter())
  // What the console says of each reason.
  router.get('/reasons.js', (_req, res) => {
    res.sendFile('reasons.js', { root: consoleFolder })
  })
  router.use(express.static(storyFolder))
  return router
}

/** A query can hold lists and objects. */
function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
