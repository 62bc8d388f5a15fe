/**
 * Prefix of every script. A read-only replica answers reads from its copy of the data, so scripts refuse to run on a
 * replica, with the error code Redis itself returns for writes.
 */
const onPrimary = `
local replication = redis.call('INFO', 'replication')
if not string.find(replication, 'role:master', 1, true) then
  return redis.error_reply("READONLY this is a replica")
end
`

/**
 * Each nonce is stored with a label of the server process that took it, and returned under that label only.
 *
 * A server restarted from its files, or a promoted replica, may have a nonce again whose removal was not yet persisted
 * or replicated. `run_id` changes with each process, and `master_replid` whenever a server becomes the primary, so the
 * label of such a nonce does not match. The label is read within the script that sets or takes the nonce: atomically on
 * one server, whatever proxy or reconnection is in between.
 */
const label = `
local function id(text, form) return string.match(text, form) end
local label = id(redis.call('INFO', 'server'), 'run_id:(%x+)') .. id(replication, 'master_replid:(%x+)') .. ' '
`

/**
 * The same for texts: a value that begins with U+0001 and a label is absent under another label. `present` returns the text
 * of a value, or false.
 */
const present = `
local function present(value)
  if not value or string.byte(value) ~= 1 then return value end
  ${label}
  if string.sub(value, 2, #label + 1) == label then return string.sub(value, #label + 2) end
  return false
end
`

/** KEYS: nonce. ARGV: record, lifetime in ms. Returns 1, or 0 for a duplicate. */
export const putScript: string = `${onPrimary}${label}
if redis.call('SET', KEYS[1], label .. ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
return 0`

/** KEYS: nonce. Returns its record, or nil. */
export const takeScript: string = `${onPrimary}
local value = redis.call('GET', KEYS[1])
if not value then return false end
redis.call('DEL', KEYS[1])
${label}
if string.sub(value, 1, #label) == label then return string.sub(value, #label + 1) end
return false`

/** KEYS: counter or text. Returns its value, or nil. */
export const readScript: string = `${onPrimary}${present}
return present(redis.call('GET', KEYS[1]))`

/**
 * KEYS: texts, then the sorted set of times at which texts are due. ARGV, five for each text: its name in the set;
 * expected value, new value, each `=` and the text or `-` for absent, a new volatile value `!` and the text; lifetime in ms,
 * or `-`; when it is due, or `-`. Returns 1, or 0 when a value is not the expected one.
 */
export const compareAndSetScript: string = `${onPrimary}${present}
local times = KEYS[#KEYS]
for i = 1, #KEYS - 1 do
  local value = present(redis.call('GET', KEYS[i]))
  if (value and '=' .. value or '-') ~= ARGV[5 * i - 3] then return 0 end
end
for i = 1, #KEYS - 1 do
  local key, name, next, lifetime, due = KEYS[i], ARGV[5 * i - 4], ARGV[5 * i - 2], ARGV[5 * i - 1], ARGV[5 * i]
  if next ~= ARGV[5 * i - 3] then
    local text = string.sub(next, 2)
    if string.sub(next, 1, 1) == '!' then
      ${label}
      text = '\\1' .. label .. text
    end
    if next == '-' then redis.call('DEL', key)
    elseif lifetime == '-' then redis.call('SET', key, text)
    else redis.call('SET', key, text, 'PX', lifetime) end
    if next == '-' or due == '-' then redis.call('ZREM', times, name)
    else redis.call('ZADD', times, due, name) end
  end
end
return 1`

/** KEYS: text, sorted set of due times. ARGV: its name in the set, value. */
export const writeScript: string = `${onPrimary}
redis.call('ZREM', KEYS[2], ARGV[1])
return redis.call('SET', KEYS[1], ARGV[2])`

/** KEYS: text, sorted set of due times. ARGV: its name in the set. */
export const removeScript: string = `${onPrimary}
redis.call('ZREM', KEYS[2], ARGV[1])
return redis.call('DEL', KEYS[1])`

/**
 * KEYS: sorted set of due times. ARGV: time, number of names, prefix of the keys of texts. Returns the names of texts
 * that are due; those of expired texts are removed.
 */
export const dueScript: string = `${onPrimary}
local found, limit = {}, tonumber(ARGV[2])
while true do
  local ended = {}
  local names = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', #found, limit - #found)
  for _, name in ipairs(names) do
    local list = redis.call('EXISTS', ARGV[3] .. name) == 1 and found or ended
    list[#list + 1] = name
  end
  for _, name in ipairs(ended) do redis.call('ZREM', KEYS[1], name) end
  if #ended == 0 then return found end
end`

/**
 * KEYS: sorted set of announcements, by expiry. ARGV: text, lifetime in ms, 0 to withdraw it. Returns those not
 * expired.
 */
export const announceScript: string = `${onPrimary}
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if ARGV[2] == '0' then redis.call('ZREM', KEYS[1], ARGV[1])
else redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1]) end
local last = redis.call('ZREVRANGE', KEYS[1], 0, 0, 'WITHSCORES')
if last[2] then redis.call('PEXPIRE', KEYS[1], last[2] - now) end
return redis.call('ZREVRANGE', KEYS[1], 0, 999)`
