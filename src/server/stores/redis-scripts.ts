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
export const readScript: string = `${onPrimary}
return redis.call('GET', KEYS[1])`

/**
 * KEYS: texts. ARGV, three for each: expected value, new value, each `=` and the text or `-` for absent; lifetime in
 * ms, or `-`. Returns 1, or 0 when a value is not the expected one.
 */
export const compareAndSetScript: string = `${onPrimary}
for i, key in ipairs(KEYS) do
  local value = redis.call('GET', key)
  if (value and '=' .. value or '-') ~= ARGV[3 * i - 2] then return 0 end
end
for i, key in ipairs(KEYS) do
  local next, lifetime = ARGV[3 * i - 1], ARGV[3 * i]
  if next == ARGV[3 * i - 2] then
  elseif next == '-' then redis.call('DEL', key)
  elseif lifetime == '-' then redis.call('SET', key, string.sub(next, 2))
  else redis.call('SET', key, string.sub(next, 2), 'PX', lifetime) end
end
return 1`

/** KEYS: sorted set of announcements, by expiry. ARGV: text, lifetime in ms. Returns those not expired. */
export const announceScript: string = `${onPrimary}
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return redis.call('ZREVRANGE', KEYS[1], 0, 99)`
