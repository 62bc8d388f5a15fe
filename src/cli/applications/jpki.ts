import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { addAbortSignal, type Readable } from 'node:stream'
import { TransportError } from '../../errors.ts'
import { JpkiApplication, type JpkiKey, jpkiPins } from '../../jpki/index.ts'
import { usageError, withFile } from '../cli-error.ts'
import type { Command } from '../context.ts'
import type { Io } from '../io.ts'
import { askPin } from '../pin-question.ts'
import { verifyOptions, withSession } from '../session.ts'
import { signatureResult } from '../signature-result.ts'

/** `sign FILE --key auth|sign`: the file is hashed here, whatever its size, before the card is waited for. */
export const signCommand: Command = async (context) => {
  const { io, options, operands, pins } = context
  const [source = '-'] = operands
  const key = options.get('key') as JpkiKey
  if (source === '-' && options.has('pin-stdin')) throw usageError('stdin-twice')
  pins.requireSource()
  const digest = await hashFile(io, source)
  const outcome = await withSession(context, async (session) => {
    const app = await JpkiApplication.open(session)
    const pin = await askPin(context, session, jpkiPins[key])
    return app.sign(key, { digest }, { ...verifyOptions(context), pin })
  })
  const file = options.get('out')
  if (file !== undefined) await withFile('cannot-write', () => writeFile(file, outcome.value.signature))
  return signatureResult(context.messages, outcome, { file })
}

function hashFile(io: Io, source: string): Promise<Uint8Array> {
  return withFile('cannot-read', async () => {
    const hash = createHash('sha256')
    const stream = source === '-' ? io.stdin : createReadStream(source)
    try {
      for await (const chunk of addAbortSignal<Readable>(io.signal, stream)) hash.update(chunk)
    } catch (error) {
      if (io.signal.aborted) throw new TransportError('ERR_ABORTED', 'interrupted while the file was hashed')
      throw error
    }
    return new Uint8Array(hash.digest())
  })
}
