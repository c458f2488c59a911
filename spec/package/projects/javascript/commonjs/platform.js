const express = require('express')
const { MemoryKeyStore, MemoryReplayStore, problemDetails, projectOf, reverseJwt } = require('reverse-jwt')
const { createSigner, generateProjectKey } = require('reverse-jwt/customer')

async function main() {
  const audience = 'https://platform.example'
  const { privateKey, publicJwk } = await generateProjectKey('ES256')
  const signer = createSigner({ projectId: 'shop', audience, privateKey })
  const keyStore = new MemoryKeyStore([{ id: 'shop', keys: [{ jwk: publicJwk }] }])

  const app = express()
  app.use(reverseJwt({ audience, keyStore, replayStore: new MemoryReplayStore() }))
  app.get('/portal', (req, res) => res.json({ project: projectOf(req).id }))
  app.use(problemDetails())

  const server = app.listen(0, async () => {
    const headers = { authorization: `Bearer ${await signer.sign()}` }
    for (const _ of ['first', 'second']) {
      const answer = await fetch(`http://localhost:${server.address().port}/portal`, { headers })
      const { project, code } = await answer.json()
      console.log(answer.status, project ?? code)
    }
    server.close()
  })
}

main()
