// Atomic steps in Redis. The keys of each are in one hash slot.

/** Fails where Redis accepts no writes. KEYS: a name that nothing else uses. ARGV: its lifetime. */
export const PROBE = `
redis.call('SET', KEYS[1], '1', 'PX', ARGV[1])
return 1`

/**
 * Sets fields of the state, each of which is the epoch of a scope; with a description, also adds a step from the old epoch to the new.
 *
 * KEYS: state, steps. ARGV: a generation in case there is none, the lifetime of the state, the maximum of fields, the maximum of
 * steps, the sealed description or nothing, its name in a step, then fields and values alternately. A state of too many fields
 * begins a new generation, in which every epoch differs. A full Redis accepts no value, but deletes the state, with the same result.
 */
export const ADVANCE = `
local begun = redis.pcall('HSETNX', KEYS[1], 'gen', ARGV[1])
if type(begun) == 'table' and begun.err then
  redis.call('DEL', KEYS[1], KEYS[2])
  return 0
end
if redis.call('HLEN', KEYS[1]) > tonumber(ARGV[3]) then
  redis.call('DEL', KEYS[1])
  redis.call('HSET', KEYS[1], 'gen', ARGV[1])
end
for i = 7, #ARGV, 2 do
  local from = redis.call('HGET', KEYS[1], ARGV[i]) or ''
  redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
  if ARGV[5] ~= '' then
    redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[4], '*', 's', ARGV[i], 'f', from, 't', ARGV[i + 1], ARGV[6], ARGV[5])
    redis.call('PEXPIRE', KEYS[2], ARGV[2])
  end
end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1`

/** Returns the generation. KEYS: state. ARGV: a generation in case there is none, the lifetime of the state. */
export const BEGIN = `
if redis.call('HSETNX', KEYS[1], 'gen', ARGV[1]) == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return redis.call('HGET', KEYS[1], 'gen')`

/**
 * Opens the log, and returns its name, the id of its last entry and the number of that. KEYS: the log's name and length, its entries.
 * ARGV: a name in case there is none, their lifetime. A log begins with an empty entry, so that each place in it is an entry.
 */
export const OPEN_LOG = `
if redis.call('EXISTS', KEYS[1]) == 0 or redis.call('EXISTS', KEYS[2]) == 0 then
  redis.call('DEL', KEYS[1], KEYS[2])
  redis.call('HSET', KEYS[1], 'name', ARGV[1], 'n', 0)
  redis.call('XADD', KEYS[2], '*', 'n', 0)
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  redis.call('PEXPIRE', KEYS[2], ARGV[2])
end
local log = redis.call('HMGET', KEYS[1], 'name', 'n')
return { log[1], redis.call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', 1)[1][1], log[2] }`

/**
 * Records an entry. KEYS: the log's name and length, its entries, the appointment's latest change, the event's id. ARGV: a name in case
 * there is no log, its lifetime, whether there is an event, the lifetime of its id, the expected mark, the new mark, the sealed
 * change, whether it is published, the maximum of entries. Entries are numbered, so that a reader notices a gap.
 */
export const APPEND = `
if ARGV[3] == '1' and redis.call('EXISTS', KEYS[4]) == 1 then return 'duplicate' end
if (redis.call('HGET', KEYS[3], 'm') or '') ~= ARGV[5] then return 'conflict' end
if ARGV[3] == '1' then redis.call('SET', KEYS[4], '1', 'PX', ARGV[4]) end
redis.call('HSET', KEYS[3], 'm', ARGV[6], 'w', ARGV[7])
redis.call('PEXPIRE', KEYS[3], ARGV[2])
if ARGV[8] == '1' then
  if redis.call('EXISTS', KEYS[1]) == 0 or redis.call('EXISTS', KEYS[2]) == 0 then
    redis.call('DEL', KEYS[1], KEYS[2])
    redis.call('HSET', KEYS[1], 'name', ARGV[1], 'n', 0)
    redis.call('XADD', KEYS[2], '*', 'n', 0)
  end
  local n = redis.call('HINCRBY', KEYS[1], 'n', 1)
  redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[9], '*', 'n', n, 'w', ARGV[7])
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  redis.call('PEXPIRE', KEYS[2], ARGV[2])
end
return 'logged'`

/**
 * Stores a reply, unless there is one of the same epoch and a later request. KEYS: the reply. ARGV: the time of its request, its epoch,
 * the sealed reply, its lifetime.
 */
export const KEEP_REPLY = `
local at = redis.call('HGET', KEYS[1], 't')
if at and tonumber(at) > tonumber(ARGV[1]) and redis.call('HGET', KEYS[1], 'e') == ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], 't', ARGV[1], 'e', ARGV[2], 'r', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1`

/** KEYS: the lease. ARGV: its holder, its lifetime. */
export const TAKE = `
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`

/** KEYS: the lease. ARGV: its holder. */
export const RELEASE = `
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1`
