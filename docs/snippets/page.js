import { createProjectClient } from '/reverse-jwt/index.js' // with a bundler: from 'reverse-jwt/browser'

const platform = 'https://platform.example' // write the platform's address here
const client = createProjectClient({ platform, tokenUrl: '/token' })

document.getElementById('call').onclick = async () => {
  const show = (text) => (document.getElementById('answer').textContent = text)
  await client.fetch('/embed/portal').then(async (answer) => show(await answer.text()), show)
}
