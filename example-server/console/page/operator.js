/** In the head of each page of the console: who is logged in, and how they log out. */
import * as api from './api.js'
import { openDialog } from './dialog.js'
import { byId, element } from './dom.js'
import { nameElement } from '/visible-text.js'

/** Without a name nobody is logged in. */
export function showOperator(name) {
  byId('operator').replaceChildren(...(name === undefined ? [] : [', as ', nameElement(name)]))
  byId('log-out').hidden = name === undefined
}

byId('log-out').addEventListener('click', () =>
  openDialog({
    title: 'Log out?',
    parts: [
      element(
        'p',
        {},
        'Your session ends, here and in every process of the platform. The password was good for one login: for a new one, start the demo again.',
      ),
    ],
    action: 'Log out',
    submit: async () => {
      await api.logOut()
      // Loaded anew, the page keeps nothing of what it showed.
      location.replace('/console/')
    },
  }),
)
