/**
 * The events of the platform for consoles, as they come (Server-Sent Events), behind the console's login:
 *
 *     GET /console/live HTTP/1.1
 *     Cookie: platform_console=...
 *     Last-Event-ID: 3f0c... 17
 *
 *     id: 3f0c... 19
 *     data: {"feed":"3f0c...","entries":[{"number":18,"event":{"type":"refused",...}}, ...],"counts":[...],"unlisted":0}
 */
import { Router, type Request, type Response } from 'express'
import type { EventFeed } from './event-feed.js'

export interface LiveLogSettings {
  /** The platform's origin. */
  readonly address: string
  /** Whether a request comes with a login that has not ended. */
  readonly isLoggedIn: (req: Request) => Promise<boolean>
  readonly feed: EventFeed
}

export interface LiveLog {
  readonly router: Router
  /** Ends the streams whose login has ended, and tells the others that this process lives. Happens by itself every 5 s. */
  readonly beat: () => Promise<void>
  /** Ends all of them. */
  readonly close: () => void
}

interface Stream {
  readonly req: Request
  readonly res: Response
  position: string | undefined
}

/** Of this process. */
const maxStreams = 20
/** Bytes. Who reads so much more slowly than is written is dropped, and begins anew where it was. */
const maxWaitingBytes = 1024 * 1024
const beatMs = 5_000

export function liveLog({ address, isLoggedIn, feed }: LiveLogSettings): LiveLog {
  const streams = new Set<Stream>()

  function send(stream: Stream): void {
    const { res, position } = stream
    if (res.writableLength > maxWaitingBytes) {
      res.destroy()
      return
    }
    const data = JSON.stringify(feed.all(position))
    stream.position = feed.position
    // JSON has no line ends, so nothing in it begins another field.
    res.write(`id: ${stream.position}\ndata: ${data}\n\n`)
  }

  async function beat(): Promise<void> {
    await Promise.all(
      Array.from(streams, async (stream) => {
        // What cannot be decided is no login.
        const isOpen = await isLoggedIn(stream.req).catch(() => false)
        if (isOpen) send(stream)
        else stream.res.end()
      }),
    )
  }

  const router = Router()
  router.use('/live', (_req, res, next) => {
    // `no-transform`, or a proxy may compress it, and hold it back for that.
    res.setHeader('Cache-Control', 'no-store, no-transform')
    next()
  })
  router.post('/logout', async (req, res, next) => {
    // Anyone can ask for it; only of who is logged in it ends something.
    if (await isLoggedIn(req).catch(() => false)) res.once('finish', () => void beat())
    next()
  })
  router.get('/live', async (req, res) => {
    if (!isOfOwnPage(req, address)) {
      res.status(403).json({ code: 'foreign_origin', detail: 'Only the console itself may do that.' })
    } else if (!(await isLoggedIn(req))) {
      res.status(403).json({ code: 'not_logged_in', detail: 'Log in at the console first.' })
    } else if (streams.size >= maxStreams) {
      res.status(503).set('Retry-After', '5').json({ code: 'busy', detail: 'Too many consoles are open.' })
    } else if (!res.destroyed) {
      // Who left meanwhile is heard of no more, and would keep a place.
      res.set('Content-Type', 'text/event-stream')
      const stream = { req, res, position: req.get('last-event-id') }
      streams.add(stream)
      res.once('close', () => streams.delete(stream))
      send(stream)
    }
  })

  const stopListening = feed.listen(() => {
    for (const stream of streams) send(stream)
  })
  const timer = setInterval(() => void beat(), beatMs).unref()
  const close = () => {
    clearInterval(timer)
    stopListening()
    for (const { res } of streams) res.end()
  }
  return { router, beat, close }
}

/**
 * A page on another port of this host is of the same site: its requests carry the cookie. It could read nothing, but keep streams
 * open. Browsers say whose page it is, in one of two headers.
 */
function isOfOwnPage(req: Request, address: string): boolean {
  const site = req.get('sec-fetch-site')
  return (site === undefined || site === 'same-origin') && (req.get('origin') ?? address) === address
}
