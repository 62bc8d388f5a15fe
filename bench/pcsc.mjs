// Through pcscd: one READ BINARY through a session and our transport, against the bare binding; and the exchanges of a user
// authentication with the binding in a process of its own, against the same in this process. Each pair in one run.
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

/** The exchanges of one user authentication, ended as a session ends it. */
const authentication = [
  '00A4040C0AD392F000260100000001',
  '00200098',
  '002000980431323334',
  '00B08A00000000',
  `802A009733${'3031300D060960864801650304020105000420'}${'5A'.repeat(32)}00`,
  '00A4040C07A0000001510000',
].map((text) => new Uint8Array(Buffer.from(text, 'hex')))

/** What isolation costs: the same exchanges on two connections to the same card. */
async function isolation(binding) {
  const ends = []
  for (const isolated of [true, false]) {
    const transport = await openPcsc({ binding, isolated })
    await transport.waitForCard({ reader, timeoutMs: 10_000 })
    ends.push({ transport, connection: await transport.connect(reader, { exclusive: false }) })
  }
  const [inHost, inProcess] = ends.map(({ connection }) => async () => {
    for (const command of authentication) await connection.transmit(command)
  })
  const refused = []
  for (const command of authentication) {
    const answer = await ends[0].connection.transmit(command)
    if (answer.at(-2) !== 0x90 && answer.at(-2) !== 0x63) refused.push(Buffer.from(answer).toString('hex'))
  }
  if (refused.length > 0) throw new Error(`the card refused a command of the authentication: ${refused}`)
  const { a, b, ratio } = await interleaved(inHost, inProcess, { rounds: 121, calls: 6, warmUp: 700 })
  const one = encodeCommand(readBinary(0, 256))
  const reads = await interleaved(
    () => ends[0].connection.transmit(one),
    () => ends[1].connection.transmit(one),
    { rounds: 61, calls: 40, warmUp: 2000 },
  )
  for (const { connection, transport } of ends) {
    await connection.close()
    await transport.close()
  }
  const id = `pcsc.isolated.${binding}`
  return [
    row(`${id}-over-in-process`, ratio, 'x in process', 1.25),
    row(`${id}.exchange`, a / authentication.length, 'µs'),
    row(`${id}.exchange.in-process`, b / authentication.length, 'µs'),
    row(`${id}.shortest-exchange-more`, reads.a - reads.b, 'µs'),
  ]
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
      list.push(...(await isolation(binding)))
    }
  } finally {
    await field.close()
  }
  return list
}
