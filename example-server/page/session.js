/**
 * Many calls in a session. The page exchanges one token at the platform, and then calls another service of it:
 *
 *     POST /token                                           its own backend, as for a single call
 *     POST /oauth/token      assertion=eyJ...               the platform, which gives a session for the token
 *     GET  /orders           Authorization: Bearer eyJ...   the orders service, as often as the page likes
 */

import { createProjectClient, problemOf, ProjectClientError } from '/reverse-jwt/index.js'
import { countCall, countToken, showCalls, showEnd, showOrders, showSession } from '/story/session-display.js'
import { showExchange } from '/story/seen.js'
import { visibleName } from '/visible-text.js'

const { platform, orders } = document.body.dataset

// All that a page needs:
//   const client = createProjectClient({ platform, tokenUrl: '/token', session: { services: [orders] } })
//   const answer = await client.fetch(`${orders}/orders`)
// This one takes a step more, to count the tokens, and asks for no more than the calls need. The session stays in the client, which shows it to nobody.
const backend = createProjectClient({ platform, tokenUrl: '/token', scope: 'portal:read' })
const client = createProjectClient({
  platform,
  session: { services: [orders] },
  getToken: async ({ signal }) => {
    countToken()
    const token = await backend.token({ signal })
    showExchange('session-seen', token)
    return token
  },
  onEvent: ({ type, code, expiresIn }) => {
    if (type === 'session') showSession(expiresIn)
    // Of a call that was refused. The client now goes for another session, to call again.
    if (code === 'session_revoked') {
      wasEnded = true
      showEnd()
      countCall(401, code)
    }
  },
})

const fiveButton = document.getElementById('five')
const keepButton = document.getElementById('keep')
const timeoutMs = 10_000
const pauseMs = 1_000

let isKeeping = false
/** Whether the orders service has refused the session of the last call. */
let wasEnded = false

fiveButton.addEventListener('click', async () => {
  keepButton.disabled = true
  await whileCalling(callFiveTimes)
  keepButton.disabled = false
  // A disabled button loses the focus; whoever works by keyboard wants to go on from it.
  if (document.activeElement === document.body) fiveButton.focus()
})

keepButton.addEventListener('click', () => {
  isKeeping = !isKeeping
  keepButton.setAttribute('aria-pressed', isKeeping)
  // Pressed twice within a pause: the calls of the first time go on.
  if (isKeeping && !fiveButton.disabled) whileCalling(keepCalling)
})

async function callFiveTimes() {
  showCalls('calm', 'Calling the orders service five times …')
  // At the same time: all wait for one exchange.
  await Promise.all(Array.from({ length: 5 }, callOnce))
  showCalls('good', 'Five calls were answered: the orders service knows that demo-shop is calling.')
}

async function keepCalling() {
  while (isKeeping) {
    await callOnce()
    showCalls(
      'good',
      'Calling once a second. Now revoke the key of Demo Shop in the console, and look at this page.',
    )
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
  showCalls('calm', 'The page has stopped calling. The session is good until its end.')
}

async function callOnce() {
  wasEnded = false
  const response = await client.fetch(`${orders}/orders`, { signal: AbortSignal.timeout(timeoutMs) })
  if (!response.ok) {
    const { code = '' } = (await problemOf(response)) ?? {}
    countCall(response.status, code)
    throw new Refusal(`The orders service refuses the session: ${response.status} ${visibleName(code)}.`)
  }
  countCall(response.status)
  showOrders(await response.json())
}

/** Its message is written for the visitor. */
class Refusal extends Error {}

/** Locks the button of the five calls, and says what went wrong. */
async function whileCalling(call) {
  fiveButton.disabled = true
  try {
    await call()
  } catch (error) {
    const [mood, text] = sayingOf(error)
    if (error.code === 'session_refused') showEnd()
    showCalls(mood, text)
    if (text === broken) throw error
  } finally {
    isKeeping = false
    keepButton.setAttribute('aria-pressed', false)
    fiveButton.disabled = false
  }
}

const broken = 'Something went wrong in this page. Reload it.'

/** By the code: the sentences of errors are for developers. */
function sayingOf(error) {
  if (error instanceof Refusal) return ['refused', error.message]
  const { code, problem } = error instanceof ProjectClientError ? error : {}
  if (code === 'session_refused') {
    const noOther = `For a new token the platform gives no session: ${visibleName(problem?.code)}.`
    const ended =
      'The orders service answers 401 session_revoked, because the platform has ended the session. '
    return ['refused', wasEnded ? ended + noOther : noOther]
  }
  if (code?.startsWith('token_'))
    return ['trouble', 'Demo Shop gave no token. Reload the page, and try again.']
  if (code === undefined && error.name !== 'TimeoutError') return ['trouble', broken]
  return ['trouble', 'There is no answer. Is the demo ("npm start") still running?']
}
