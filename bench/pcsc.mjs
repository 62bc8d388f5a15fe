// One READ BINARY through pcscd: through a session and our transport, against the bare binding, in one run.
import { createRequire } from 'node:module'
import { encodeCommand, readBinary, selectFile } from '../dist/apdu/index.js'
import { CardSession } from '../dist/card/index.js'
import { jpkiApplication } from '../dist/jpki/index.js'
import { openPcsc } from '../dist/transport/pcsc/index.js'
import { openField } from './lib/field.mjs'
import { interleaved, row } from './lib/measure.mjs'

const require = createRequire(import.meta.url)
const reader = 'Virtual PCD 00 00'
const shared = 2
const leave = 0

/** The bindings without any of our code, each with one exchange as its own documentation shows it. */
const bare = {
  'pcsc-mini': async () => {
    const { Client } = require('pcsc-mini')
    const client = new Client().on('error', () => {})
    const found = new Promise((resolve) => {
      client.on('reader', (one) => one.name() === reader && resolve(one))
    })
    client.start()
    const card = await (await found).connect(shared)
    const output = new ArrayBuffer(65_538)
    return {
      transmit: (bytes) => card.transmit(bytes, output),
      close: async () => {
        await card.disconnect(leave)
        client.stop()
      },
    }
  },
  pcsclite: async () => {
    const client = require('pcsclite')().on('error', () => {})
    const one = await new Promise((resolve) => {
      client.on('reader', (found) => {
        found.on('error', () => {})
        if (found.name === reader) found.on('status', () => resolve(found))
      })
    })
    const protocol = await new Promise((resolve, reject) => {
      one.connect({ share_mode: shared }, (error, value) => (error ? reject(error) : resolve(value)))
    })
    return {
      transmit: (bytes) =>
        new Promise((resolve, reject) => {
          one.transmit(Buffer.from(bytes), 65_538, protocol, (error, answer) =>
            error ? reject(error) : resolve(answer),
          )
        }),
      close: () =>
        new Promise((resolve) => {
          one.disconnect(leave, () => {
            one.close()
            client.close()
            resolve()
          })
        }),
    }
  },
}

export async function rows({ identity }) {
  const list = []
  const command = readBinary(0, 256)
  const bytes = encodeCommand(command)
  const field = await openField({ identity })
  try {
    for (const binding of Object.keys(bare)) {
      const transport = await openPcsc({ binding })
      await transport.waitForCard({ reader, timeoutMs: 10_000 })
      const session = new CardSession(await transport.connect(reader, { exclusive: false }))
      await session.selectApplication(jpkiApplication)
      await session.send(selectFile(0x000a))
      const other = await bare[binding]()
      const { b, ratio } = await interleaved(
        () => session.transmit(command),
        () => other.transmit(bytes),
        { rounds: 121, calls: 40, warmUp: 4000 },
      )
      await other.close()
      await session.close()
      await transport.close()
      list.push(row(`pcsc.${binding}`, ratio, 'x bare binding', 1.05), row(`pcsc.${binding}.bare`, b, 'µs'))
    }
  } finally {
    await field.close()
  }
  return list
}
