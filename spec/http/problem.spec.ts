import { expect, it } from '@jest/globals'
import { problemType, sendProblem } from '../../lib/http/problem.js'

/** Sends a problem; tells what became of the response. */
function sent(status: number, headers?: Record<string, string>) {
  const answer = { statusCode: 200, headers: {} as Record<string, string>, body: '' }
  const res = {
    set statusCode(given: number) {
      answer.statusCode = given
    },
    headersSent: false,
    setHeader: (name: string, value: string) => (answer.headers[name] = value),
    end: (body = '') => (answer.body = body),
  }
  const type = problemType('errors/tea.md')
  sendProblem(
    res,
    { type, title: 'Tea', status, detail: 'No coffee.', code: 'tea', error: undefined },
    headers,
  )
  return answer
}

it('is the body, without what is undefined, and no cache keeps it', () => {
  expect(sent(418)).toEqual({
    statusCode: 418,
    headers: { 'Cache-Control': 'no-store', 'Content-Type': 'application/problem+json' },
    body: '{"type":"https://unpkg.com/reverse-jwt/docs/errors/tea.md","title":"Tea","status":418,"detail":"No coffee.","code":"tea"}',
  })
})

it('says when to ask again after an outage', () => {
  expect(sent(503).headers).toEqual({
    'Cache-Control': 'no-store',
    'Retry-After': '5',
    'Content-Type': 'application/problem+json',
  })
  expect(sent(500).headers).not.toHaveProperty('Retry-After')
})

it('has the headers of its kind of answer', () => {
  expect(sent(405, { Allow: 'GET' }).headers).toMatchObject({ Allow: 'GET', 'Cache-Control': 'no-store' })
})
