import { createProjectClient } from '/reverse-jwt/index.js' // with a bundler: from 'reverse-jwt/browser'

const client = createProjectClient({ platform: 'https://platform.example', tokenUrl: '/token' })
const answer = await client.fetch('/embed/portal')
console.log(await answer.json())
