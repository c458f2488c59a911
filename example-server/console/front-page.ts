/** What a browser finds at the platform's address, and the files that this page and the console share with the customer's. */
import { Router } from 'express'
import { consoleFolder, pageFolder } from '../page-folder.js'
import type { EventFeed } from './calls/event-feed.js'
import { recentCalls, type RecentCall } from './calls/recent-calls.js'

export function frontPageRouter(customerOrigin: string, feed: EventFeed): Router {
  const router = Router()
  router.get('/', (_req, res) => {
    res.send(frontPage(customerOrigin))
  })
  router.get(['/page.css', '/theme.css', '/icon.svg', '/visible-text.js'], (req, res) => {
    res.sendFile(req.path, { root: pageFolder })
  })
  router.get(['/recent-calls.js', '/recent-calls.css'], (req, res) => {
    res.sendFile(req.path, { root: consoleFolder })
  })
  let recent: readonly RecentCall[] | undefined
  feed.listen(() => (recent = undefined))
  router.get('/recent-calls.json', (_req, res) => {
    res.setHeader('Cache-Control', 'no-store')
    // Made once for all visitors, however many they are.
    recent ??= recentCalls(feed)
    res.json(recent)
  })
  return router
}

function frontPage(customerOrigin: string): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>The platform</title>
    <link rel="stylesheet" href="/page.css" />
    <link rel="stylesheet" href="/recent-calls.css" />
    <link rel="icon" href="/icon.svg" />
    <script type="module" src="/recent-calls.js"></script>
  </head>
  <body>
    <main class="note">
      <h1>This is the platform.</h1>
      <p>It keeps the public keys of its projects and answers <code>/api/plain</code> and <code>/api/passport</code>, once for each token. For a token it also gives a session, which its other services take.</p>
      <p>Its customers open its <a href="/portal">portal</a> in their own pages.</p>
      <p>Tokens come from its customer: <a href="${customerOrigin}/">open Demo Shop</a>. Whoever runs the platform has a <a href="/console/">console</a>.</p>
      <section aria-labelledby="recent-title">
        <h2 id="recent-title">The latest calls</h2>
        <ol id="recent" class="recent"><li class="empty">None yet.</li></ol>
        <p class="hint">Each with what its caller was told. Why a call was really refused, and whose it was, is in the console.</p>
      </section>
    </main>
  </body>
</html>
`
}
