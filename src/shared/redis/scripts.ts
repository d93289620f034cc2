// What must happen in Redis as one step. Each has its keys in one hash slot.

/** KEYS: a name that nothing else has. ARGV: how long it lives. Fails where Redis takes no writes. */
export const PROBE = `
redis.call('SET', KEYS[1], '1', 'PX', ARGV[1])
return 1`

/**
 * New values for fields of the state, each of which names an epoch; with a description, a step from the old to the new.
 *
 * KEYS: state, steps. ARGV: a generation in case there is none, how long the state lives, the most fields, the most steps,
 * the sealed description or nothing, what that is called in a step, then field and value in turn. A state of too many fields
 * begins anew: then every epoch is another. So it is where Redis is full: that takes no value, but forgets the state.
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

/** KEYS: state. ARGV: a generation in case there is none, how long the state lives. Returns the generation. */
export const BEGIN = `
if redis.call('HSETNX', KEYS[1], 'gen', ARGV[1]) == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return redis.call('HGET', KEYS[1], 'gen')`

/**
 * Opens the log: KEYS: what is known of the log, events. ARGV: a name in case there is none, how long they live. Returns its
 * name, its last entry and the number of that. A log begins with an entry of its own, so that every place in it is an entry.
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
 * Notes all of an entry, or nothing. KEYS: what is known of the log, events, the last word, the event's id. ARGV: a name in
 * case there is no log, how long it lives, whether there is an event, how long its id is known, the mark compared with, the
 * new mark, the sealed word, whether it is news, the most entries. Entries are numbered, so that a reader sees a gap.
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
 * KEYS: the reply. ARGV: when it was asked for, its epoch, what it is, how long it lives. One of the same epoch that was asked for later stays.
 */
export const KEEP_REPLY = `
local at = redis.call('HGET', KEYS[1], 't')
if at and tonumber(at) > tonumber(ARGV[1]) and redis.call('HGET', KEYS[1], 'e') == ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], 't', ARGV[1], 'e', ARGV[2], 'r', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1`

/** KEYS: the lease. ARGV: its holder, how long it lasts. */
export const TAKE = `
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`

/** KEYS: the lease. ARGV: its holder. */
export const RELEASE = `
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1`
