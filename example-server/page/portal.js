/**
 * The platform's portal, which this page opens. It asks this page for a token, by a message, and nobody logs in:
 *
 *     portal -> page         { type: 'reverse-jwt:hello', nonce: '5b0c...' }
 *     POST /token            its own backend, as for a single call
 *     page   -> portal       { type: 'reverse-jwt:token', nonce: '5b0c...', token: 'eyJ...' }
 */

import { createProjectClient, openPortal } from '/reverse-jwt/index.js'
import { show, showGiven, showNone } from '/story/portal-display.js'
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
    showGiven(token, given)
    return token
  },
})

const frameButton = document.getElementById('open-frame')
const popupButton = document.getElementById('open-popup')
const closeButton = document.getElementById('close-portal')
const frame = document.getElementById('portal-frame')
const features = 'popup,width=520,height=720'
const lookEveryMs = 250

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
  showNone('The portal is closed, and gets no token any more.')
})
// Nobody tells the page that a visitor has closed the popup. `closed` does, where no Cross-Origin-Opener-Policy cuts the popup off:
// neither this page nor the portal sends one that does.
setInterval(() => {
  if (!portal?.window?.closed) return
  close()
  showNone('The window was closed, so the portal gets no token any more.')
}, lookEveryMs)

/** One at a time. */
function open(place) {
  close()
  given = 0
  showNone('Waiting for the portal to ask for a token …')
  frame.hidden = place !== frame
  portal = openPortal(client, place, '/portal', { features, onError })
  closeButton.disabled = portal.window === undefined
}

function close() {
  portal?.close()
  portal = undefined
  if (!frame.hidden) frame.src = 'about:blank'
  frame.hidden = true
  // A disabled button loses the focus; whoever works by keyboard wants to go on from it.
  if (document.activeElement === closeButton) frameButton.focus()
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
