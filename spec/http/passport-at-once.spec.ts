import { describe, expect, it } from '@jest/globals'
import {
  problemDetails,
  projectOf,
  ReverseJwtStrategy,
  type VerifierOptions,
  type VerifyCallback,
} from '../../lib/index.js'
import { expresses } from '../helpers/express.js'
import { holdKeysOf } from './held-key-store.js'
import { mint } from '../helpers/mint.js'
import { behind, telling, tellWho, ways, withToken } from './passport.js'
import { platform } from '../helpers/platform.js'
import { expectAnswer } from '../helpers/refusals.js'
import { mintRival } from '../helpers/rival.js'
import { openServer } from '../helpers/server.js'

const serve = openServer()

describe.each(expresses)('%s', (_, express) => {
  describe.each(ways)('%s', (_, way) => {
    it('gives each of two requests that overlap its own project', async () => {
      const { options } = platform()
      const { keyStore, asked, release } = holdKeysOf('shop', options)
      const guard = way(new ReverseJwtStrategy({ ...options, keyStore }), telling)
      const server = serve(behind(express, guard, problemDetails()))

      // A waits for its key; B comes, is let in and answered; C comes and is refused; then A's key arrives.
      const a = withToken(server).then((answer) => answer)
      await asked
      const b = await withToken(server, mintRival())
      const c = await withToken(server, mintRival({ signature: Buffer.alloc(64) }))
      release()

      expect([b.status, b.body]).toEqual([200, expect.objectContaining({ project: 'rival' })])
      expect(b.body).toMatchObject({ user: { id: 'rival' } })
      expectAnswer(c, 'token_not_verified')
      const answer = await a
      expect(answer.status).toBe(200)
      expect(answer.body).toMatchObject({ project: 'shop', user: { id: 'shop' } })
    })

    it('refuses the request that was refused, not the one that came after it', async () => {
      const { options } = platform()
      const { keyStore, asked, release } = holdKeysOf('shop', options)
      const guard = way(new ReverseJwtStrategy({ ...options, keyStore }), telling)
      const app = express()
      const entered: unknown[] = []
      app.use(guard, (req, _res, next) => {
        entered.push(projectOf(req).id)
        next()
      })
      app.use(tellWho)
      app.use(problemDetails())
      const server = serve(app)

      const forged = withToken(server, mint({ signature: Buffer.alloc(64) })).then((answer) => answer)
      await asked
      const honest = await withToken(server, mintRival())
      release()
      expect(honest.body).toMatchObject({ project: 'rival' })
      expectAnswer(await forged, 'token_not_verified')
      expect(entered).toEqual(['rival'])
    })

    it('keeps forty mixed requests at once apart', async () => {
      const { options } = platform()
      const { keyStore } = options
      const slow: VerifierOptions['keyStore'] = {
        async find(projectId, kid) {
          // The later a request comes, the sooner its key: the answers come in another order than the requests.
          for (let turns = 40; turns > 0; turns -= kid.length) await Promise.resolve()
          return keyStore.find(projectId, kid)
        },
      }
      const verify: VerifyCallback = (project, token, done) => {
        setImmediate(done, null, { id: project.id, jti: token.claims.jti })
      }
      const guard = way(new ReverseJwtStrategy({ ...options, keyStore: slow }, verify), telling)
      const server = serve(behind(express, guard, problemDetails()))

      const sent = Array.from({ length: 40 }, (_, at) => {
        const jti = `mixed-${at}`
        const token = at % 2 === 0 ? mint({ claims: { jti } }) : mintRival({ claims: { jti } })
        return withToken(server, token).then(({ status, body }) => ({ status, body: body as unknown }))
      })
      const expected = sent.map((_, at) => {
        const id = at % 2 === 0 ? 'shop' : 'rival'
        return { status: 200, body: { project: id, user: { id, jti: `mixed-${at}` } } }
      })
      expect(await Promise.all(sent)).toEqual(expected)
    })
  })
})
