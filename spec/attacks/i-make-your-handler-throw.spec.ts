import { beforeAll, describe, expect, it, jest } from '@jest/globals'
import { runModule } from '../helpers/child-process.js'

jest.setTimeout(60_000)

/** How a handler can fail, by path; what is asked for next is served. */
const handlers = `{
  '/throws': () => { throw new Error('out of order') },
  '/throws-later': async () => { await null; throw new Error('later out of order') },
  '/throws-nothing': () => { throw undefined },
  '/has-said-its-length': (res) => { res.setHeader('Content-Length', 7); throw new Error('no body') },
  '/is-half-done': (res) => { res.write('half'); throw new Error('half done') },
  '/has-answered': (res) => { res.end('served'); throw new Error('too late') },
}`

interface Outcome {
  readonly code: number | null
  /** Status and text, or the name of what fetch threw. */
  readonly answers: Readonly<Record<string, readonly unknown[]>>
  /** How often the handler was called for each path. */
  readonly calls: Readonly<Record<string, number>>
  readonly stderr: string
}

/** Asks a server without Express for all of it, in a process of its own. */
async function askAll(guard: string, paths: readonly string[]): Promise<Outcome> {
  const { code, stdout, stderr } = await runModule(`
    import { createServer } from 'node:http'
    import { once } from 'node:events'
    import passport from 'passport'
    import { createVerifier, MemoryKeyStore, MemoryReplayStore, reverseJwt, ReverseJwtStrategy } from './dist/lib/index.js'
    import { createSigner, generateProjectKey } from './dist/lib/customer/index.js'

    const audience = 'https://platform.example'
    const { privateKey, publicJwk } = await generateProjectKey()
    const keyStore = new MemoryKeyStore([{ id: 'shop', keys: [{ jwk: publicJwk }] }])
    const verifier = createVerifier({ audience, keyStore, replayStore: new MemoryReplayStore() })
    passport.use(new ReverseJwtStrategy({ verifier }))
    const signer = createSigner({ projectId: 'shop', audience, privateKey })
    const guard = ${guard}
    const handlers = ${handlers}
    const calls = {}
    const server = createServer((req, res) => {
      guard(req, res, () => {
        calls[req.url] = (calls[req.url] ?? 0) + 1
        return req.url === '/' ? res.end('served') : handlers[req.url](res)
      })
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const ask = async (path) => {
      const headers = { authorization: 'Bearer ' + (await signer.sign()), connection: 'close' }
      const signal = AbortSignal.timeout(1000)
      return fetch('http://127.0.0.1:' + server.address().port + path, { headers, signal }).then(
        async (answer) => [answer.status, await answer.text()],
      ).catch((error) => [error.name])
    }
    const answers = {}
    for (const path of [...${JSON.stringify(paths)}, '/']) answers[path] = await ask(path)
    console.log(JSON.stringify({ answers, calls }))
    server.close()
    server.closeAllConnections()
  `)
  return { code, stderr, ...(JSON.parse(stdout || '{}') as Pick<Outcome, 'answers' | 'calls'>) }
}

const paths = ['/throws', '/throws-nothing', '/has-said-its-length', '/is-half-done', '/has-answered']
const onceEach = (of: readonly string[]) => Object.fromEntries([...of, '/'].map((path) => [path, 1]))
const errors = ['out of order', 'later out of order', 'undefined', 'no body', 'half done', 'too late']

describe('a handler without Express, behind reverseJwt', () => {
  let outcome: Outcome
  beforeAll(async () => {
    outcome = await askAll('reverseJwt({ verifier })', [...paths, '/throws-later'])
  })

  it('that throws does not end the process, and is called once', () => {
    expect(outcome).toMatchObject({ code: 0, calls: onceEach([...paths, '/throws-later']) })
    expect(outcome.answers['/']).toEqual([200, 'served'])
  })

  it.each(['/throws', '/throws-later', '/throws-nothing', '/has-said-its-length'])(
    'is answered for with 500: %s',
    (path) => {
      expect(outcome.answers[path]).toEqual([500, ''])
    },
  )

  it('that throws in the middle of its answer breaks it off', () => {
    expect(outcome.answers['/is-half-done']).toEqual(['TypeError'])
  })

  it('that throws after its answer leaves it as it was', () => {
    expect(outcome.answers['/has-answered']).toEqual([200, 'served'])
  })

  it.each(errors)('is heard of: %s', (error) => {
    expect(outcome.stderr).toContain(error)
  })
})

describe('a handler without Express, behind Passport', () => {
  let outcome: Outcome
  beforeAll(async () => {
    outcome = await askAll("passport.authenticate('reverse-jwt', { session: false })", paths)
  })

  it('that throws does not end the process, and is called once', () => {
    expect(outcome).toMatchObject({ code: 0, calls: onceEach(paths) })
    expect(outcome.answers).toMatchObject({ '/': [200, 'served'], '/has-answered': [200, 'served'] })
    // A strategy has no response to answer with: the caller waits as long as it likes.
    expect(outcome.answers['/throws']).toEqual(['TimeoutError'])
  })

  it('is heard of', () => {
    expect(outcome.stderr).toContain('Error: out of order')
  })
})
