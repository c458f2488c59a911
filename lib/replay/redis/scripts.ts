import { createHash } from 'node:crypto'
import type { Script } from './client.js'

/**
 * What an epoch is: the time of one server process with one memory. Its key holds the run id of the process, the replication
 * id, and the moment, by the server's own clock, at which the two were first met. A restart, a failover to a replica and a
 * flush each begin a new one, whatever data was saved or copied. The replication id tells a master that was cut off, followed
 * another one and is master again: it is the same process, but has lost what it was told meanwhile.
 */
const readEpoch = (key: string) => `
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
local info = redis.call('INFO', 'server', 'replication')
local memory = string.match(info, 'run_id:(%x+)') .. '/' .. string.match(info, 'master_replid:(%x+)')
local epoch = redis.call('GET', ${key})
local since = epoch and tonumber(string.match(epoch, '^' .. memory .. ' (.+)$'))
local begun = not since
if begun then
  since = now
  redis.call('SET', ${key}, memory .. ' ' .. string.format('%.6f', now))
end
`

/** KEYS: epoch. Answers 1 when an epoch begins now, else 0. */
export const beginEpoch = script(`${readEpoch('KEYS[1]')}
return begun and 1 or 0
`)

/**
 * KEYS: id, epoch. ARGV: attempt, seconds to remember it, seconds since the token could first have been used.
 * Times are relative, because the server's clock may differ from the verifiers'.
 *
 * Answers 1 the first time, 2 when this very attempt was sent again, 0 when the id is used, -1 when it could have been used
 * before this epoch, -2 when an epoch begins now.
 */
export const consumeInEpoch = script(`
local used = redis.call('GET', KEYS[1])
if used then return used == ARGV[1] and 2 or 0 end
${readEpoch('KEYS[2]')}
if begun then return -2 end
if not (now - tonumber(ARGV[3]) > since) then return -1 end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
return 1
`)

function script(text: string): Script {
  return { text, sha: createHash('sha1').update(text).digest('hex') }
}
