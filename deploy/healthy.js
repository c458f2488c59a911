/** For the container: ends with 0 where calls may be sent to its server. */
const { HOST = '127.0.0.1', OPERATIONS_PORT = '3001' } = process.env
const answer = await fetch(`http://${HOST}:${OPERATIONS_PORT}/ready`)
process.exitCode = answer.ok ? 0 : 1
