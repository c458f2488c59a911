/**
 * Has a token that is not for this page, and tries to exchange it for a session. Of a form like this one no browser asks the platform
 * beforehand: it is sent. Before a call with an Authorization header it would ask, and not send it at all.
 */

const { platform, customer } = document.body.dataset
const status = document.getElementById('status')

addEventListener('message', async ({ origin, source, data }) => {
  if (origin !== customer || source !== window.parent) return
  const body = new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    assertion: data.token,
  })
  status.textContent = 'Sending the token to the platform …'
  let result
  try {
    const response = await fetch(`${platform}/oauth/token`, { method: 'POST', body, credentials: 'omit' })
    result = { status: response.status }
    status.textContent = `The platform has answered ${response.status}.`
  } catch (error) {
    result = { error: error.name }
    status.textContent = `The token was sent. The browser gives this page no answer (${error.name}).`
  }
  window.parent.postMessage(result, customer)
})
