/**
 * The platform's portal, which this page opens. It asks this page for a token, by a message, and nobody logs in:
 *
 *     portal -> page         { type: 'reverse-jwt:hello', nonce: '5b0c...' }
 *     POST /token            its own backend, as for a single call
 *     page   -> portal       { type: 'reverse-jwt:token', nonce: '5b0c...', token: 'eyJ...' }
 */

import { createProjectClient, openPortal } from '/reverse-jwt/index.js'
import { showExchange } from '/story/seen.js'
import { visibleId } from '/visible-text.js'

const { platform } = document.body.dataset

// All that a page needs:
//   const client = createProjectClient({ platform, tokenUrl: '/token' })
//   const portal = openPortal(client, document.querySelector('iframe'), '/portal')
// This one takes a step more, to count the tokens.
const backend = createProjectClient({ platform, tokenUrl: '/token' })
const client = createProjectClient({
  platform,
  getToken: async ({ signal }) => {
    const token = await backend.token({ signal })
    given += 1
    showExchange('portal-seen', token)
    show(
      'good',
      `The portal has asked this page for a token, and got one. Tokens that it got so far: ${given}.`,
    )
    return token
  },
})

const frameButton = document.getElementById('open-frame')
const popupButton = document.getElementById('open-popup')
const closeButton = document.getElementById('close-portal')
const frame = document.getElementById('portal-frame')
const features = 'popup,width=520,height=720'

let portal
let given = 0

frameButton.addEventListener('click', () => {
  open(frame)
})
popupButton.addEventListener('click', () => {
  open('popup')
})
closeButton.addEventListener('click', () => {
  close()
  show('calm', 'The portal is closed, and gets no token any more.')
  // A disabled button loses the focus; whoever works by keyboard wants to go on from it.
  frameButton.focus()
})

/** One at a time. */
function open(place) {
  close()
  given = 0
  show('calm', 'Waiting for the portal to ask for a token …')
  frame.hidden = place !== frame
  portal = openPortal(client, place, '/portal', { features, onError })
  closeButton.disabled = portal.window === undefined
}

function close() {
  portal?.close()
  if (!frame.hidden) frame.src = 'about:blank'
  frame.hidden = true
  closeButton.disabled = true
}

const sayings = {
  portal_blocked: ['trouble', 'The browser has blocked the popup. Allow popups of this page, and try again.'],
  portal_silent: ['trouble', 'The portal does not answer. Is the demo ("npm start") still running?'],
  token_refused: ['refused', 'Demo Shop gave no token. Reload the page, and try again.'],
}

/** By the code: the sentences of errors are for developers. */
function onError({ name, code = name, problem }) {
  const [mood, text] = sayings[code] ?? ['trouble', "Demo Shop's backend cannot be reached."]
  show(mood, `${text} (${visibleId(problem?.code ?? code)})`)
}

function show(mood, text) {
  document.getElementById('portal-status').dataset.mood = mood
  document.getElementById('portal-status').textContent = text
}
