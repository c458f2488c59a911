import { createHash } from 'node:crypto'
import { maxSecondsApart } from '../bound-clock.js'
import { replayMargin } from '../replay-store.js'
import type { Script } from './client.js'

/*
 * Each script first compares the clocks, as Redis forgets by its own: an id that was kept while the two were less than 30 s apart
 * is still there when it is looked for while they are. Numbers come as text, exactly as JavaScript writes them.
 *
 * ARGV[1] is always the verifier's moment. `ifApart` says what to answer when the clocks are too far apart.
 */
const compareClocks = (ifApart: string) => `
local clock = redis.call('TIME')
local server = clock[1] + clock[2] / 1000000
local apart = server - tonumber(ARGV[1])
if not (math.abs(apart) < ${maxSecondsApart}) then
  return ${ifApart} .. string.format(' %.3f', apart)
end
`

/**
 * Nobody knows what expired meanwhile: the next one who comes begins a new epoch. Where the user may not delete, an empty value is
 * no epoch either; a delete also works when the memory is full.
 */
const endEpoch = `
local function endEpoch(key)
  local gone = redis.pcall('DEL', key)
  if type(gone) ~= 'table' then return gone == 1 and 'ended' or 'apart' end
  if (redis.call('GET', key) or '') == '' then return 'apart' end
  redis.call('SET', key, '')
  return 'ended'
end
`

/**
 * What an epoch is: the time of one server process with one memory. Its key holds the run id of the process, the replication
 * id, and the moment at which the two were first met, by the server's clock and by the verifier's. A restart, a failover to a
 * replica and a flush each begin a new one, whatever data was saved or copied. The replication id tells a master that was cut
 * off, followed another one and is master again: it is the same process, but has lost what it was told meanwhile. One that
 * would begin after now is none: the server's clock was ahead then, and nothing would be later for as long as that.
 *
 * Both ids have 40 digits: patterns over all of INFO would cost more than the rest of the script.
 */
const readEpoch = (key: string, latest: string) => `
local info = redis.call('INFO', 'server', 'replication')
local at = string.find(info, '\\nrun_id:', 1, true) + 8
local memory = string.sub(info, at, at + 39)
at = string.find(info, '\\nmaster_replid:', at, true) + 15
memory = memory .. '/' .. string.sub(info, at, at + 39)
local epoch = redis.call('GET', ${key})
local since, latest
if epoch and string.sub(epoch, 1, 81) == memory then
  since, latest = string.match(epoch, '^ (%S+) (%S+)$', 82)
  since, latest = tonumber(since), tonumber(latest)
end
local begun = not (since and latest and since <= server and latest < server + ${replayMargin})
if begun then
  latest = math.max(server, tonumber(${latest}))
  redis.call('SET', ${key}, memory .. string.format(' %.6f %.6f', server, latest))
end
`

/**
 * KEYS: id. ARGV: the verifier's moment, attempt, seconds to remember it. A time from now, since the clocks differ.
 *
 * Answers `first`, `resent` when this very attempt was sent again, `replayed`, or `apart` and the seconds.
 */
export const consume = script(`${compareClocks(`'apart'`)}
local used = redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3], 'NX', 'GET')
if not used then return 'first' end
return used == ARGV[2] and 'resent' or 'replayed'
`)

/**
 * KEYS: id, epoch. ARGV: the verifier's moment, attempt, seconds to remember it, when the token could first have been used, the
 * last moment at which an answer counts. The last two are the verifier's as well.
 *
 * Answers as `consume` does, and `loss` when an epoch begins now, `before the loss` when the token could have been used before
 * this one, `ended` and the seconds when the clocks are too far apart and that ended it.
 */
export const consumeInEpoch = script(`${endEpoch}${compareClocks('endEpoch(KEYS[2])')}
local used = redis.call('GET', KEYS[1])
if used then return used == ARGV[2] and 'resent' or 'replayed' end
${readEpoch('KEYS[2]', 'ARGV[5]')}
if begun then return 'loss' end
-- By either clock, since the server's may have been stepped meanwhile.
local from = tonumber(ARGV[4])
if not (server - (tonumber(ARGV[5]) - from) > since and from > latest) then return 'before the loss' end
redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
return 'first'
`)

/** KEYS: epoch. ARGV: the verifier's moment, the last one at which an answer counts. Answers `begun`, `known`, or as above. */
export const beginEpoch = script(`${endEpoch}${compareClocks('endEpoch(KEYS[1])')}
${readEpoch('KEYS[1]', 'ARGV[2]')}
return begun and 'begun' or 'known'
`)

function script(text: string): Script {
  return { text, sha: createHash('sha1').update(text).digest('hex') }
}
