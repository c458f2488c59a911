/** A page of somebody else's site, in a frame, that is handed a token. */

import { child } from './child.js'

const timeoutMs = 10_000

/** Its origin. */
export const elsewhere = await fetch('/story/elsewhere.json')
  .then((response) => response.json())
  .then(({ address }) => address)

let loaded

/** Resolves to `{ status }`, or to the `{ error }` that this page got instead of an answer. */
export async function askElsewhere(token) {
  loaded ??= open()
  const frame = await loaded
  const answered = new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeoutMs)
    signal.addEventListener('abort', () => reject(signal.reason))
    addEventListener(
      'message',
      ({ origin, source, data }) => {
        if (origin === elsewhere && source === frame.contentWindow) resolve(data)
      },
      { signal },
    )
  })
  frame.contentWindow.postMessage({ token }, elsewhere)
  return answered
}

async function open() {
  const frame = child('iframe', '', 'elsewhere')
  frame.title = "A page of somebody else's site"
  frame.src = elsewhere
  const opened = new Promise((resolve) => frame.addEventListener('load', resolve, { once: true }))
  document.querySelector('#attacks .attack').after(frame)
  await opened
  return frame
}
