import { createProjectClient } from 'reverse-jwt/browser'

const platform = 'https://platform.example'

const client = createProjectClient({ platform, tokenUrl: '/token' })
const answer = await client.fetch('/embed/portal')
console.log(await answer.json())
