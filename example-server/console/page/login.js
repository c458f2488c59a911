/** Who is logged in, and the form for who is not. */
import { watchAlerts } from './alerts.js'
import * as api from './api.js'
import { byId } from './dom.js'
import { faultOf, markField, unmarkField } from './field-errors.js'
import { showOperator } from './operator.js'
import { visibleName } from '/visible-text.js'

/** The operator's name, and the audience of tokens for this platform. */
export let session

/** Whether somebody is logged in. Shows what is for them, or what is wrong. */
export async function readSession() {
  try {
    session = await api.readSession()
  } catch (error) {
    showLogin()
    if (error.status !== 403) showTrouble(error)
    return false
  }
  show(true)
  return true
}

export function showLogin() {
  show(false)
  byId('name').focus()
}

export const isLoggedIn = () => byId('login').hidden && !byId('console').hidden

function show(isLogin) {
  byId('login').hidden = isLogin
  byId('console').hidden = !isLogin
  showOperator(isLogin ? session.operator : undefined)
  watchAlerts(isLogin)
}

function showTrouble({ message, status }) {
  trouble().textContent = visibleName(message)
  trouble().dataset.mood = status === 0 ? 'trouble' : 'refused'
  trouble().hidden = false
}

const trouble = () => byId('login-form').querySelector('[role=alert]')

/** `start` is called after a login. */
export function listenForLogin(start) {
  const fields = { name: byId('name'), password: byId('password') }
  byId('login-form').addEventListener('submit', async (event) => {
    event.preventDefault()
    trouble().hidden = true
    for (const control of Object.values(fields)) unmarkField(control)
    try {
      await api.logIn(fields.name.value, fields.password.value)
      fields.password.value = ''
      await start()
    } catch (error) {
      const fault = faultOf(error, fields)
      if (fault !== undefined) markField(fault.control, fault.text)
      else showTrouble(error)
    }
  })
}
