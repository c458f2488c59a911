import { expect } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import type { Server } from 'node:http'
import { send, type Sent } from '../helpers/admin.js'
import { contentOf, faultsOf, operationOf, resolved } from './admin/open-api.js'

export interface Asked extends Sent {
  readonly project?: string
  readonly id?: string
  readonly query?: string
  /** What is sent is not as documented. */
  readonly wrong?: boolean
}

/** Asks a running router, and holds question and answer to the document. */
export async function askAsDocumented(
  server: Server,
  name: string,
  { project = 'shop', id = randomUUID(), query = '', wrong = false, ...sent }: Asked = {},
) {
  const operation = operationOf(name)
  const [method = '', path = ''] = name.split(' ')
  const documented = contentOf(operation.requestBody ?? {})
  if (!wrong && documented !== undefined && sent.body !== undefined) {
    expect(faultsOf(documented.schema, sent.body)).toEqual([])
  }
  const to =
    path.replace('{project}', encodeURIComponent(project)).replace('{id}', encodeURIComponent(id)) + query
  const answer = await send(server, method, to, sent)
  const expected = operation.responses[String(answer.status)]
  expect([name, answer.status, expected === undefined ? answer.text : 'documented']).toEqual([
    name,
    answer.status,
    'documented',
  ])
  expectHeaders(expected, answer.headers)
  const content = contentOf(expected)
  if (content === undefined) expect(answer.text).toBe('')
  else {
    expect(answer.headers['content-type']).toBe(content.type)
    expect(faultsOf(content.schema, JSON.parse(answer.text))).toEqual([])
    if (answer.status >= 400)
      expect((JSON.parse(answer.text) as { status: number }).status).toBe(answer.status)
  }
  return { status: answer.status, headers: answer.headers, body: JSON.parse(answer.text || 'null') as never }
}

export function expectHeaders(response: unknown, headers: Record<string, string>): void {
  expect(headers['x-content-type-options']).toBe('nosniff')
  const named = Object.entries((resolved(response).headers ?? {}) as Record<string, unknown>)
  expect(named.length).toBeGreaterThan(0)
  for (const [name, header] of named) {
    const { schema } = resolved(header) as { schema: object }
    expect([name, faultsOf(schema, headers[name.toLowerCase()])]).toEqual([name, []])
  }
}
