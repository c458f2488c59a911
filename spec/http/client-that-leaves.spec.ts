import { expect, it } from '@jest/globals'
import { once } from 'node:events'
import { connect, type AddressInfo, type Socket } from 'node:net'
import request from 'supertest'
import { problemDetails, reverseJwt } from '../../lib/index.js'
import { expresses } from '../helpers/express.js'
import { mint } from '../helpers/mint.js'
import { platform } from '../helpers/platform.js'
import { expectAnswer } from '../helpers/refusals.js'
import { openServer } from '../helpers/server.js'
import { holdKeysOf } from './held-key-store.js'

const serve = openServer()

it.each(expresses)(
  '%s: a client that leaves while its token is verified has used it up, and the handler runs',
  async (_, express) => {
    const { options } = platform()
    const { keyStore, asked, release } = holdKeysOf('shop', options)
    let tellRan: (isGone: boolean) => void
    const ran = new Promise<boolean>((resolve) => (tellRan = resolve))
    const app = express()
    app.use(reverseJwt({ ...options, keyStore }), (req, res) => {
      tellRan(req.socket.destroyed)
      res.json({})
    })
    app.use(problemDetails())
    const server = serve(app)
    const token = mint()

    const connected = once(server, 'connection') as Promise<[Socket]>
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
    client.write(`GET / HTTP/1.1\r\nHost: platform.example\r\nAuthorization: Bearer ${token}\r\n\r\n`)
    const [socket] = await connected
    await asked
    const left = once(socket, 'close')
    client.destroy()
    await left
    release()
    expect(await ran).toBe(true)
    expectAnswer(await request(server).get('/').auth(token, { type: 'bearer' }), 'token_replayed')
  },
)
