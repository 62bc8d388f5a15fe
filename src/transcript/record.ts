import { decodeCommand, ins } from '../apdu/index.ts'
import { toHex } from '../bytes.ts'
import type { CardConnection, Disposition } from '../transport/index.ts'
import { type Transcript, type TranscriptExchange, transcriptFormat } from './format.ts'
import { type Keep, Masker } from './mask.ts'

/** Options of {@link recordConnection}. */
export interface RecordOptions {
  /** For people: what was done. */
  readonly description?: string
  /** Origin: which card, whose data. */
  readonly origin?: string
  /** Default `public`. */
  readonly keep?: Keep
}

/** A connection that records its exchanges. */
export interface RecordingConnection extends CardConnection {
  /** The exchanges so far, masked as they were made: PINs are never held. */
  transcript(): Transcript
}

const names: ReadonlyMap<number, string> = new Map(
  Object.entries(ins).map(([name, code]) => [
    code,
    code === ins.performSecurityOperation
      ? 'COMPUTE DIGITAL SIGNATURE'
      : name.replaceAll(/[A-Z]/g, ' $&').toUpperCase(),
  ]),
)

/** Records a connection. The result takes the connection's place; closing it closes the connection. */
export function recordConnection(connection: CardConnection, options: RecordOptions = {}): RecordingConnection {
  const { description = '', origin = '', keep = 'public' } = options
  const masker = new Masker(keep)
  const exchanges: TranscriptExchange[] = []
  const note = (command: Uint8Array, response: Uint8Array): void => {
    exchanges.push({ name: nameOf(command), ...masker.mask(command, response) })
  }
  return {
    get reader() {
      return connection.reader
    },
    get atr() {
      return connection.atr
    },
    async transmit(command: Uint8Array): Promise<Uint8Array> {
      try {
        const response = await connection.transmit(command)
        note(command, response)
        return response
      } catch (error) {
        note(command, new Uint8Array())
        throw error
      }
    },
    reconnect: (disposition: Disposition) => connection.reconnect(disposition),
    close: (disposition?: Disposition) => connection.close(disposition),
    [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose](),
    transcript: () => ({
      format: transcriptFormat,
      description,
      origin,
      reader: connection.reader,
      atr: toHex(connection.atr),
      exchanges: [...exchanges],
    }),
  }
}

function nameOf(bytes: Uint8Array): string {
  try {
    const command = decodeCommand(bytes)
    if (command.ins === ins.verify && command.data === undefined) return 'VERIFY (counter)'
    return names.get(command.ins) ?? `INS ${toHex(Uint8Array.of(command.ins))}`
  } catch {
    return 'not a command'
  }
}
