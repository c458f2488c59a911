// Next.js, as its route handlers see it: a Request whose headers are those that Node has made of the raw ones.
import { createServer } from 'node:http'
import { GET } from './next.js'

createServer(async ({ method, url, headers: given }, res) => {
  const headers = new Headers(
    Object.entries(given).flatMap(([name, value]) => [value].flat().map((one) => [name, one])),
  )
  const answer = await GET(new Request(new URL(url, 'http://localhost:4100'), { method, headers }))
  res.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text())
}).listen(4100)
