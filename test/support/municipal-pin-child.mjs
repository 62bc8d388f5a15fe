// Tries a municipal PIN on a Redis store, at a cost that allows a kill in the middle. Prints `ready` before it starts.
const [, , base, url, key, pin] = process.argv
const { redisStore } = await import(`${base}stores/redis-store.js`)
const { MunicipalPins } = await import(`${base}municipal-pin/municipal-pins.js`)
const store = await redisStore({ url })
const pins = new MunicipalPins({ store, serverKey: Buffer.from(key, 'hex') })
process.stdout.write('ready\n')
await pins.verify('user', 'income', Buffer.from(pin), { terminal: 'k1' }).catch(() => {})
process.stdout.write('answered\n')
await store.close()
