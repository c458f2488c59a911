/** The events of the platform, as they come. */
import { readSession } from './api.js'

const retryMs = 5_000

/**
 * Calls `onEntries` with events that were not there before, the oldest first, and with the counts. `onState` is called with `live`,
 * `lost` or `ended`: the last means that the login has ended. Returns what ends it.
 */
export function followEvents({ onEntries, onState }) {
  let source
  let timer
  let hasEnded = false
  let feed
  let last = 0

  function take({ data }) {
    const message = JSON.parse(data)
    if (message.feed !== feed) {
      feed = message.feed
      last = 0
    }
    const entries = message.entries.filter(({ number }) => number > last)
    last = Math.max(last, ...entries.map(({ number }) => number))
    onState('live')
    onEntries(
      entries.map(({ event }) => event),
      message,
    )
  }

  function open() {
    // A browser has few connections to one host, and a page that nobody looks at needs none.
    if (source !== undefined || hasEnded || document.hidden) return
    source = new EventSource('/console/live')
    source.addEventListener('message', take)
    source.addEventListener('error', () => {
      onState('lost')
      // It tries again by itself, unless it was refused.
      if (source?.readyState === EventSource.CLOSED) void askWhy()
    })
  }

  function shut() {
    clearTimeout(timer)
    source?.close()
    source = undefined
  }

  async function askWhy() {
    shut()
    const status = await readSession().then(
      () => 200,
      (error) => error.status,
    )
    if (status === 403) {
      end()
      onState('ended')
    } else timer = setTimeout(open, retryMs)
  }

  const change = () => (document.hidden ? shut() : open())
  document.addEventListener('visibilitychange', change)
  function end() {
    hasEnded = true
    document.removeEventListener('visibilitychange', change)
    shut()
  }
  open()
  return end
}
