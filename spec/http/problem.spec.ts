import { expect, it } from '@jest/globals'
import { problemFrom, sendProblem } from '../../lib/http/problem.js'

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
  const facts = { code: 'tea', title: 'Tea', status, description: 'No coffee.' }
  sendProblem(res, problemFrom(facts, 'errors/tea.md', { error: undefined }), headers)
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

it('has the error of OAuth before its code, and what else is said after it', () => {
  const facts = { code: 'tea', title: 'Tea', status: 418, description: 'No coffee.' }
  expect(JSON.stringify(problemFrom(facts, 'tea.md', { error: 'no_coffee', retry: 'no' }))).toBe(
    '{"type":"https://unpkg.com/reverse-jwt/docs/tea.md","title":"Tea","status":418,"detail":"No coffee.","error":"no_coffee","code":"tea","retry":"no"}',
  )
})
