// API Gateway with payload format 2.0: names in lower case, headers of one name joined with a comma.
import { createServer } from 'node:http'
import { handler } from './lambda.js'

createServer(async ({ method, url, rawHeaders }, res) => {
  const headers = {}
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at].toLowerCase()
    headers[name] = name in headers ? `${headers[name]},${rawHeaders[at + 1]}` : rawHeaders[at + 1]
  }
  const { pathname: path, search } = new URL(url, 'http://localhost:4100')
  const event = { version: '2.0', rawPath: path, rawQueryString: search.slice(1), headers }
  const answer = await handler({ ...event, requestContext: { http: { method, path } } })
  res.writeHead(answer.statusCode, answer.headers).end(answer.body)
}).listen(4100)
