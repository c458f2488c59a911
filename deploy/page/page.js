import { orders, platform } from '/addresses.js'
import { createProjectClient } from '/reverse-jwt/index.js'

// A token for one call, and a session for many.
const once = createProjectClient({ platform, tokenUrl: '/token' })
const often = createProjectClient({ platform, tokenUrl: '/token', session: { services: [orders] } })
const answers = document.getElementById('answers')

document.getElementById('call').addEventListener('click', async () => {
  try {
    const calls = [once.fetch('/embed/project'), often.fetch(`${orders}/orders`)]
    const texts = await Promise.all(calls.map(async (call) => (await call).text()))
    answers.textContent = texts.join('\n')
  } catch (error) {
    answers.textContent = error.message
  }
})
