/**
 * Every script begins here. A read-only replica answers reads from what it had when it became one, so a script that reads
 * refuses to run on it, with the code of the error that Redis itself returns to writes.
 */
const onPrimary = `
local replication = redis.call('INFO', 'replication')
if not string.find(replication, 'role:master', 1, true) then
  return redis.error_reply("READONLY this is a replica")
end
`

/**
 * Each nonce carries a label of the server process that keeps it, and is given back under that label only.
 *
 * A server that comes back from its files, or from those of a replica, may bring back a nonce that was taken: the removal
 * was not yet on the disk. `run_id` is drawn by each process, and `master_replid` whenever a server becomes the
 * primary, so such a nonce never fits. The label is read inside of the script that sets or takes the nonce: both happen in
 * one server at one moment, whatever proxy or reconnection stands between.
 */
const label = `
local function id(text, form) return string.match(text, form) end
local label = id(redis.call('INFO', 'server'), 'run_id:(%x+)') .. id(replication, 'master_replid:(%x+)') .. ' '
`

/** KEYS: nonce. ARGV: record, lifetime in ms. Answers 1, or 0 when there is one already. */
export const putScript: string = `${onPrimary}${label}
if redis.call('SET', KEYS[1], label .. ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
return 0`

/** KEYS: nonce. Answers its record, or nothing. */
export const takeScript: string = `${onPrimary}
local value = redis.call('GET', KEYS[1])
if not value then return false end
redis.call('DEL', KEYS[1])
${label}
if string.sub(value, 1, #label) == label then return string.sub(value, #label + 1) end
return false`

/** KEYS: counter or text. Answers it, or nothing. */
export const readScript: string = `${onPrimary}
return redis.call('GET', KEYS[1])`

/**
 * KEYS: texts. ARGV, three for each: what is expected, what is kept afterwards, each `=` and the text or `-` for nothing; the
 * lifetime in ms, or `-`. Answers 1, or 0 when one is not what was expected.
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

/** KEYS: sorted set of announcements, by their end. ARGV: text, lifetime in ms. Answers those that have not ended. */
export const announceScript: string = `${onPrimary}
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return redis.call('ZREVRANGE', KEYS[1], 0, 99)`
