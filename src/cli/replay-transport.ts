import { fromHex } from '../bytes.ts'
import { type ReplayConnection, replayConnection, type Transcript } from '../transcript/index.ts'
import type { CardTransport, ReaderState } from '../transport/index.ts'

/** One reader whose card replays a transcript. Closing it throws `ERR_REPLAY` when exchanges are left over. */
export function replayTransport(transcript: Transcript): CardTransport {
  const { reader: name, atr } = transcript
  const state: ReaderState = { name, cardPresent: true, mute: false, busy: false, atr: fromHex(atr) }
  let connection: ReplayConnection | undefined
  const close = async (): Promise<void> => connection?.assertDone()
  return {
    name: 'replay',
    readers: async () => [state],
    async *watch() {
      yield { type: 'card-inserted' as const, reader: state }
    },
    waitForCard: async () => state,
    async connect() {
      connection = replayConnection(transcript)
      return connection
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}
