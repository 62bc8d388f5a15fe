import { inject } from 'vitest'
import { CardSession, type CardSessionOptions } from '../../src/card/index.ts'
import {
  createVirtualCard,
  type Identity,
  importIdentity,
  type VirtualCard,
  type VirtualCardOptions,
  VirtualTransport,
} from '../../src/emulator/index.ts'
import type { CardConnection } from '../../src/transport/index.ts'

let shared: Promise<Identity> | undefined

/** The invented person of this run. */
export function identity(): Promise<Identity> {
  shared ??= importIdentity(inject('identity'))
  return shared
}

/** A virtual card of the shared person, in a reader, connected to. */
export interface Bench {
  readonly card: VirtualCard
  readonly transport: VirtualTransport
  readonly connection: CardConnection
  /** Opens a session on a new connection. */
  session(options?: CardSessionOptions): Promise<CardSession>
  /** Commands that reached the card, as hexadecimal. */
  sent(): readonly string[]
}

export async function bench(options: VirtualCardOptions = {}, apduTimeoutMs = 2_000): Promise<Bench> {
  const card = await createVirtualCard({ identity: await identity(), ...options })
  const transport = new VirtualTransport({ card, apduTimeoutMs })
  const [reader] = await transport.readers()
  const connection = await transport.connect(reader!.name)
  let first: CardConnection | undefined = connection
  return {
    card,
    transport,
    connection,
    async session(sessionOptions) {
      const mine = first ?? (await transport.connect(reader!.name))
      first = undefined
      return new CardSession(mine, sessionOptions)
    },
    sent: () => card.log.map(({ command }) => Buffer.from(command).toString('hex').toUpperCase()),
  }
}

/** How many of the commands are a VERIFY with data. */
export function verifies(sent: readonly string[]): number {
  return sent.filter((command) => command.startsWith('0020') && command.length > 10).length
}

/** Changes answers of a card: `answer` gets the command and the answer and returns the answer to pass on, status word included. */
export function answering(
  connection: CardConnection,
  answer: (command: string, response: Uint8Array) => Uint8Array | undefined,
): CardConnection {
  const transmit = connection.transmit.bind(connection)
  connection.transmit = async (command) => {
    const text = Buffer.from(command).toString('hex').toUpperCase()
    const response = await transmit(command)
    return answer(text, response) ?? response
  }
  return connection
}
