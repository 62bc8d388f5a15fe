/**
 * Each nonce carries a label of the server process that keeps it, and is given back under that label only.
 *
 * A server that comes back from its files, or from those of a replica, may bring back a nonce that was taken: the removal
 * was not yet on the disk. `run_id` is drawn anew by each process, and `master_replid` whenever a server becomes the
 * primary, so such a nonce never fits. The label is read inside of the script that sets or takes the nonce: both happen in
 * one server at one moment, whatever proxy or reconnection stands between.
 */
const label = `
local function id(section, form) return string.match(redis.call('INFO', section), form) end
local label = id('server', 'run_id:(%x+)') .. id('replication', 'master_replid:(%x+)') .. ' '
`

/** KEYS: nonce. ARGV: record, lifetime in ms. Answers 1, or 0 when there is one already. */
export const putScript: string = `${label}
if redis.call('SET', KEYS[1], label .. ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
return 0`

/** KEYS: nonce. Answers its record, or nothing. */
export const takeScript: string = `
local value = redis.call('GET', KEYS[1])
if not value then return false end
redis.call('DEL', KEYS[1])
${label}
if string.sub(value, 1, #label) == label then return string.sub(value, #label + 1) end
return false`
