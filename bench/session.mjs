// Library time per exchange above the in-memory transport: the same READ BINARY through a session and bare; and what
// observing it costs.
import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel'
import { encodeCommand, readBinary, selectFile } from '../dist/apdu/index.js'
import { CardSession, exchangeChannelName } from '../dist/card/index.js'
import { createVirtualCard, VirtualTransport } from '../dist/emulator/index.js'
import { jpkiApplication } from '../dist/jpki/index.js'
import { interleaved, median, row } from './lib/measure.mjs'

/** One look at a channel, in microseconds: the median of several runs. */
function lookMicroseconds() {
  const looked = channel(exchangeChannelName)
  const calls = 1_000_000
  let seen = 0
  const times = Array.from({ length: 9 }, () => {
    const started = process.hrtime.bigint()
    for (let i = 0; i < calls; i++) if (looked.hasSubscribers) seen++
    return Number(process.hrtime.bigint() - started) / 1000 / calls
  })
  if (seen > 0) throw new Error('somebody listens')
  return median(times)
}

export async function rows({ identity }) {
  const card = await createVirtualCard({ identity, keepLog: false })
  const transport = new VirtualTransport({ card })
  const [reader] = await transport.readers()
  const connection = await transport.connect(reader.name)
  const session = new CardSession(connection)
  await session.selectApplication(jpkiApplication)
  await session.send(selectFile(0x000a))
  const command = readBinary(0, 256)
  const bytes = encodeCommand(command)
  const { a, b } = await interleaved(
    () => session.transmit(command),
    () => connection.transmit(bytes),
    { rounds: 41, calls: 2000 },
  )
  const listen = () => {}
  subscribe(exchangeChannelName, listen)
  const { a: watched } = await interleaved(
    () => session.transmit(command),
    () => connection.transmit(bytes),
    { rounds: 41, calls: 2000 },
  )
  unsubscribe(exchangeChannelName, listen)
  await session.close()
  await transport.close()
  return [
    row('session.per-exchange', a - b, 'µs', 10),
    row('session.in-memory-transport', b, 'µs'),
    // Without subscribers, observation is one check for subscribers.
    row('session.observation-off', (a + lookMicroseconds()) / a, 'x without', 1.05),
    row('session.observation-on', watched / a, 'x off'),
  ]
}
