// Library time per exchange above the in-memory transport: the same READ BINARY through a session and bare.
import { encodeCommand, readBinary, selectFile } from '../dist/apdu/index.js'
import { CardSession } from '../dist/card/index.js'
import { createVirtualCard, VirtualTransport } from '../dist/emulator/index.js'
import { jpkiApplication } from '../dist/jpki/index.js'
import { interleaved, row } from './lib/measure.mjs'

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
  await session.close()
  await transport.close()
  return [row('session.per-exchange', a - b, 'µs', 10), row('session.in-memory-transport', b, 'µs')]
}
