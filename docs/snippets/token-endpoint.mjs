// POST /token gives a page of yours one token, and your page is in public/. npm install reverse-jwt express
import { readFileSync } from 'node:fs'
import express from 'express'
import { createSigner, tokenEndpoint } from 'reverse-jwt/customer'

const projectId = 'shop'
const audience = 'https://platform.example'
const kid = 'key-1'
const keyFile = 'project-key.pem' // not in the repository, not where the web server finds it
const scope = 'portal:read'

/** Your session check: the id of the user who asks. It lets in nobody until you write it. */
function currentUser(req) {
  return undefined
}

const signer = createSigner({ projectId, audience, kid, privateKey: readFileSync(keyFile) })

async function authorize(req) {
  const user = await currentUser(req)
  return user ? { subject: user, scope } : undefined
}

const app = express()
app.all('/token', tokenEndpoint({ signer, authorize }))
app.use('/reverse-jwt', express.static('node_modules/reverse-jwt/dist/lib/browser')) // the page's client
app.use(express.static('public')) // your page
app.listen(4200)
