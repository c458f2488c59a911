import { describe, expect, it } from '@jest/globals'
import { createVerifier } from '../../lib/index.js'
import { mint } from '../helpers/mint.js'
import { platform } from '../helpers/platform.js'
import { printed, Secrets } from '../helpers/secrets.js'
import { socketPlatform, token } from '../helpers/socket-platform.js'

const sockets = socketPlatform()
const inHeader = (...protocols: string[]) => ({ 'Sec-WebSocket-Protocol': protocols.join(', ') })

describe.each(['access_token', '%61ccess_token', 'tab=3&access_token', 'access_token=&access_token'])(
  'in the address as %s',
  (name) => {
    it.each(['alone', 'beside an honest one'])(
      '%s it is refused, kept nowhere, and uses nothing up',
      async (way) => {
        const { options, events } = platform()
        sockets.serve(createVerifier(options))
        const inAddress = mint()
        const honest = mint()
        const secrets = new Secrets()
        for (const secret of [inAddress, honest]) secrets.addToken(secret)
        const headers = way === 'alone' ? inHeader('reverse-jwt') : inHeader('reverse-jwt', token(honest))

        const answer = await sockets.answerTo(headers, `/live?${name}=${inAddress}`)
        expect(answer.status).toBe(400)
        expect(JSON.parse(answer.body)).toMatchObject({
          code: 'request_malformed',
          detail: 'A token must not be in the URL, where logs and histories keep it.',
        })
        // Neither was used up, and neither comes out.
        const controls = [honest, inAddress].map((text) =>
          sockets.answerTo(inHeader('reverse-jwt', token(text))),
        )
        const opened = await Promise.all(controls)
        expect(opened.map(({ status }) => status)).toEqual([101, 101])
        expect(secrets.findIn(printed([answer, opened, events]))).toBeUndefined()
      },
    )
  },
)

it('under another name is no token: nobody gets in by it', async () => {
  const { options } = platform()
  sockets.serve(createVerifier(options))
  for (const name of ['token', 'jwt', 'reverse-jwt.token', 'protocol', 'sec-websocket-protocol']) {
    const { status, body } = await sockets.answerTo(inHeader('reverse-jwt'), `/live?${name}=${mint()}`)
    expect([status, (JSON.parse(body) as { code: string }).code]).toEqual([401, 'credentials_missing'])
  }
})

describe('a token that I make the platform send back', () => {
  it.each([
    ['first', (text: string) => inHeader(token(text), 'reverse-jwt')],
    ['alone', (text: string) => inHeader(token(text))],
    ['twice', (text: string) => inHeader(token(text), token(text))],
    ['used', (text: string) => inHeader(token(text), 'reverse-jwt')],
    ['without a subprotocol that anyone can read', (text: string) => inHeader(token(text), 'a b')],
  ])('%s, is in no header, no body and no event', async (way, offered) => {
    const { options, events } = platform()
    sockets.serve(createVerifier(options))
    const sent = mint()
    const secrets = new Secrets()
    secrets.addToken(sent)
    const answers = [await sockets.answerTo(offered(sent))]
    if (way === 'used') answers.push(await sockets.answerTo(offered(sent)))
    expect(secrets.findIn(printed([answers, events]))).toBeUndefined()
  })
})
