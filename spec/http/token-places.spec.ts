import { afterEach, describe, expect, it, jest } from '@jest/globals'
import request from 'supertest'
import { problemDetails, projectOf, reverseJwt, type TokenSource } from '../../lib/index.js'
import { expresses, type Express } from '../helpers/express.js'
import { mint } from '../helpers/mint.js'
import { platform } from '../helpers/platform.js'
import { badField, expectAnswer, tooLong, twoPlaces } from '../helpers/refusals.js'
import { openServer } from '../helpers/server.js'

const serve = openServer()
afterEach(() => {
  jest.restoreAllMocks()
})

function appOn(express: Express, tokenFrom?: readonly TokenSource[], extended = false) {
  const app = express()
  app.use(express.urlencoded({ extended }), express.json())
  app.all('/portal', reverseJwt({ ...platform().options, ...(tokenFrom && { tokenFrom }) }), (req, res) => {
    res.json({ project: projectOf(req).id })
  })
  app.use(problemDetails())
  return app
}

const form = (fields: Record<string, string>) => new URLSearchParams(fields).toString()

describe.each(expresses)('%s', (_, express) => {
  const post = (tokenFrom?: readonly TokenSource[], extended?: boolean) =>
    request(serve(appOn(express, tokenFrom, extended)))
      .post('/portal')
      .type('form')

  it('looks into the header alone, unless told otherwise', async () => {
    expectAnswer(await post().send(form({ access_token: mint() })), 'credentials_missing')
    expectAnswer(await post(['header']).send(form({ access_token: mint() })), 'credentials_missing')
    expect(
      (
        await post()
          .auth(mint(), { type: 'bearer' })
          .send(form({ tab: '3' }))
      ).status,
    ).toBe(200)
  })

  it('looks into the form alone when told so', async () => {
    expectAnswer(await post(['body']).auth(mint(), { type: 'bearer' }), 'credentials_missing')
    const answer = await post(['body']).send(form({ access_token: mint(), tab: '3' }))
    expect(answer.status).toBe(200)
    expect(answer.body).toEqual({ project: 'shop' })
  })

  it.each([false, true])('looks into both when told so (urlencoded extended: %s)', async (extended) => {
    const places = ['header', 'body'] as const
    expect((await post(places, extended).send(form({ access_token: mint() }))).status).toBe(200)
    expect((await post(places, extended).auth(mint(), { type: 'bearer' })).status).toBe(200)
    expectAnswer(await post(places, extended).send(form({ tab: '3' })), 'credentials_missing')
  })

  it.each([['header'], ['body'], ['header', 'body']] as TokenSource[][])(
    'refuses two tokens, the same one twice included, also where it looks into %s alone',
    async (...tokenFrom) => {
      const token = mint()
      for (const inForm of [mint(), token]) {
        const answer = await post(tokenFrom)
          .auth(token, { type: 'bearer' })
          .send(form({ access_token: inForm }))
        expectAnswer(answer, 'request_malformed', twoPlaces)
      }
    },
  )

  it.each([
    ['two fields of the name', `access_token=${mint()}&access_token=${mint()}`, false],
    ['an array', `access_token[]=${mint()}`, true],
    ['an object', `access_token[a]=${mint()}`, true],
    ['an empty field', 'access_token=', false],
  ])('refuses %s in the form', async (_, body, extended) => {
    const answer = await post(['body'], extended).send(body)
    expectAnswer(answer, 'request_malformed', badField)
  })

  it.each(['access_token[]', 'Access_Token', 'token', 'access_token '])(
    'does not take %j for the field',
    async (name) => {
      expectAnswer(await post(['body']).send(form({ [name]: mint() })), 'credentials_missing')
    },
  )

  it('takes no other body for a form', async () => {
    const json = () => post(['header', 'body']).type('json')
    expectAnswer(await json().send({ access_token: mint() }), 'credentials_missing')
    const answer = await json().auth(mint(), { type: 'bearer' }).send({ access_token: mint() })
    expect(answer.status).toBe(200)
    for (const type of [
      'text/plain',
      'multipart/form-data; boundary=x',
      'application/x-www-form-urlencoded2',
    ]) {
      expectAnswer(
        await post(['body'])
          .type(type)
          .send(form({ access_token: mint() })),
        'credentials_missing',
      )
    }
  })

  it.each([
    'application/x-www-form-urlencoded; charset=utf-8',
    'Application/X-WWW-Form-URLEncoded',
    'application/x-www-form-urlencoded ;charset=UTF-8',
  ])('takes a form that is called %j', async (type) => {
    const answer = await post(['body'])
      .set('Content-Type', type)
      .send(form({ access_token: mint() }))
    expect(answer.status).toBe(200)
  })

  it.each(['put', 'patch', 'delete'] as const)('takes a form from %s', async (method) => {
    const server = serve(appOn(express, ['body']))
    const answer = await request(server)
      [method]('/portal')
      .type('form')
      .send(form({ access_token: mint() }))
    expect(answer.status).toBe(200)
  })

  it('takes no form from GET', async () => {
    const server = serve(appOn(express, ['body']))
    const answer = await request(server)
      .get('/portal')
      .type('form')
      .send(form({ access_token: mint() }))
    expectAnswer(answer, 'credentials_missing')
  })

  it('holds a token in a form to the same rules', async () => {
    const server = serve(appOn(express, ['body']))
    const send = (token: string) =>
      request(server)
        .post('/portal')
        .type('form')
        .send(form({ access_token: token }))
    const token = mint()
    expect((await send(token)).status).toBe(200)
    expectAnswer(await send(token), 'token_replayed')
    expectAnswer(await send('abc'), 'token_malformed')
    expectAnswer(await send(` ${mint()}`), 'token_malformed')
    expectAnswer(await send('a'.repeat(4097)), 'request_malformed', tooLong)
  })

  it('warns once when nobody parses the forms that it should look into', async () => {
    jest.resetModules()
    const fresh = await import('../../lib/index.js')
    const warned = jest.spyOn(process, 'emitWarning').mockReturnValue()
    const app = express()
    const options = { ...platform().options, keyStore: { find: () => undefined } }
    app.post('/header', fresh.reverseJwt(options))
    app.post('/body', fresh.reverseJwt({ ...options, tokenFrom: ['header', 'body'] }))
    app.use(fresh.problemDetails())
    const server = serve(app)
    const send = (path: string) =>
      request(server)
        .post(path)
        .type('form')
        .send(form({ access_token: mint() }))

    expectAnswer(await send('/header'), 'credentials_missing')
    expectAnswer(await request(server).post('/body').type('form'), 'credentials_missing')
    expect(warned).not.toHaveBeenCalled()
    expectAnswer(await send('/body'), 'credentials_missing')
    expectAnswer(await send('/body'), 'credentials_missing')
    expect(warned.mock.calls).toEqual([
      [
        'tokenFrom includes "body", but a form arrived with req.body unset. Mount express.urlencoded({ extended: false }) before. See https://unpkg.com/reverse-jwt/docs/warnings.md#reverse_jwt_body_not_parsed',
        { type: 'ReverseJwtWarning', code: 'REVERSE_JWT_BODY_NOT_PARSED' },
      ],
    ])
  })
})
