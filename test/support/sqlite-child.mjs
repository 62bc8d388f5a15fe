// Uses a SQLite store in a process of its own.  BASE open FILE: `ok`, or code and reason of the refusal.
//   BASE count FILE: adds without end, prints the counts.  BASE pin FILE KEY PIN: tries a municipal PIN.
const [, , base, kind, file, key, pin] = process.argv
const { sqliteStore } = await import(`${base}stores/sqlite-store.js`)
// As another user from here on: the program itself may be where that user cannot start it.
if (process.env.SQLITE_CHILD_UID) process.setuid(Number(process.env.SQLITE_CHILD_UID))
try {
  const store = await sqliteStore({ file, worker: new URL(`${base}stores/sqlite-worker.js`) })
  if (kind === 'count') {
    for (;;) {
      const counts = await Promise.all(Array.from({ length: 20 }, () => store.increment('tries')))
      process.stdout.write(`${Math.max(...counts)}\n`)
    }
  }
  if (kind === 'pin') {
    const { MunicipalPins } = await import(`${base}municipal-pin/municipal-pins.js`)
    const pins = new MunicipalPins({ store, serverKey: Buffer.from(key, 'hex'), maxTries: 3 })
    await pins.verify('user', 'income', Buffer.from(pin), { terminal: 'kiosk-1' })
  }
  await store.close()
  process.stdout.write('ok\n')
} catch (error) {
  process.stdout.write(`${error.code} ${error.cause?.reason}\n`)
}
