// Takes nonces from a Redis store: one per line of standard input, in hexadecimal. Answers `NONCE yes`, `NONCE no` or the
// code of the refusal for each, and `ready` once at the beginning.
import { createInterface } from 'node:readline'

const [, , module, url] = process.argv
const { redisStore } = await import(module)

async function opened() {
  for (;;) {
    try {
      return await redisStore({ url })
    } catch (error) {
      if (error.code !== 'ERR_STORE_UNAVAILABLE') throw error
      await new Promise((done) => setTimeout(done, 20))
    }
  }
}

const store = await opened()
process.stdout.write('ready\n')
for await (const line of createInterface({ input: process.stdin })) {
  store.take(Buffer.from(line, 'hex')).then(
    (record) => process.stdout.write(`${line} ${record === undefined ? 'no' : 'yes'}\n`),
    (error) => process.stdout.write(`${line} ${error.code ?? error.message}\n`),
  )
}
