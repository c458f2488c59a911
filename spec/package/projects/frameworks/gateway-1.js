// API Gateway with payload format 1.0: each header as often as it came, as it was spelled; the last one alone in `headers`.
import { createServer } from 'node:http'
import { handler } from './lambda.js'

createServer(async ({ method, url, rawHeaders }, res) => {
  const [headers, multiValueHeaders] = [{}, {}]
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const [name, value] = rawHeaders.slice(at, at + 2)
    headers[name] = value
    multiValueHeaders[name] = [...(multiValueHeaders[name] ?? []), value]
  }
  const { pathname: path, search, searchParams } = new URL(url, 'http://localhost:4100')
  const queryStringParameters = search === '' ? null : Object.fromEntries(searchParams)
  const event = {
    version: '1.0',
    httpMethod: method,
    path,
    headers,
    multiValueHeaders,
    queryStringParameters,
  }
  const answer = await handler({ ...event, requestContext: { httpMethod: method, path } })
  res.writeHead(answer.statusCode, answer.headers).end(answer.body)
}).listen(4100)
