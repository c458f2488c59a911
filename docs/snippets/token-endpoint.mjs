// npm install reverse-jwt express
import { readFileSync } from 'node:fs'
import express from 'express'
import { createSigner, tokenEndpoint } from 'reverse-jwt/customer'

const signer = createSigner({
  projectId: 'shop',
  audience: 'https://platform.example',
  kid: 'key-1',
  privateKey: readFileSync('project-key.pem'),
})

/** YOUR decision: who is logged in, by your own session. Nobody, until you write it. */
function currentUser(request) {
  return undefined
}

const authorize = (request) => {
  const user = currentUser(request)
  return user && { subject: user, scope: 'portal:read' }
}

const app = express()
app.use('/token', tokenEndpoint({ signer, authorize }))
app.listen(process.env.PORT ?? 4200)
