import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { addAbortSignal, type Readable } from 'node:stream'
import { StatusWordError, TransportError } from '../../errors.ts'
import { type CertificateKind, certificateKinds, JpkiApplication, type JpkiKey, jpkiPins } from '../../jpki/index.ts'
import type { Certificate } from '../../pki/index.ts'
import { endDay } from '../certificate-reading.ts'
import { usageError, withFile } from '../cli-error.ts'
import type { Context, Result } from '../context.ts'
import type { Io } from '../io.ts'
import { out, pinStdin } from '../options.ts'
import { table } from '../output.ts'
import { askPin } from '../pin-question.ts'
import { verifyOptions, withSession } from '../session.ts'
import { signatureResult } from '../signature-result.ts'

/** `sign FILE --key auth|sign`: the file is hashed here, whatever its size, before the card is waited for. */
export async function signFile(context: Context, key: JpkiKey): Promise<Result> {
  const { io, options, operands, pins } = context
  const [source = '-'] = operands
  if (source === '-' && options.has(pinStdin)) throw usageError('stdin-twice')
  pins.requireSource()
  const digest = await hashFile(io, source)
  const outcome = await withSession(context, async (session) => {
    const app = await JpkiApplication.open(session)
    const pin = await askPin(context, session, jpkiPins[key])
    return app.sign(key, { digest }, { ...verifyOptions(context), pin })
  })
  const file = options.get(out)
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

/** `certificate KIND`: reads a certificate; asks for a PIN only when the card requires one. */
export async function readCertificate(context: Context, pem: boolean): Promise<Result> {
  const { io, options, operands, messages } = context
  const kind = certificateKinds.find((known) => known === operands[0])
  if (kind === undefined) throw usageError('bad-value', 'certificate auth|auth-ca|sign|sign-ca')
  const { value } = await withSession(context, async (session) => {
    const app = await JpkiApplication.open(session)
    return read(context, app, kind)
  })
  const file = options.get(out)
  const asPem = pem || (file === undefined && io.stdout.isTTY === true)
  const content = asPem ? value.toPem() : value.der
  if (file !== undefined) await withFile('cannot-write', () => writeFile(file, content))
  const { headings } = messages
  const facts = [
    [headings.certificate, messages.certificates[kind]],
    [headings.subject, value.subject],
    ['', endDay(value.notAfter, messages)],
  ]
  return {
    json: {
      id: kind,
      subject: value.subject,
      notBefore: value.notBefore.toISOString(),
      notAfter: value.notAfter.toISOString(),
      certificate: Buffer.from(value.der).toString('base64'),
      ...(file !== undefined && { out: file }),
    },
    text: file === undefined ? content : `${table(facts, '')}${messages.written(file)}\n`,
  }
}

async function read(context: Context, app: JpkiApplication, kind: CertificateKind): Promise<Certificate> {
  try {
    return await app.readCertificate(kind)
  } catch (error) {
    if (!(error instanceof StatusWordError) || error.code !== 'ERR_SECURITY_STATUS') throw error
    const { pins, options } = context
    if (!pins.interactive && !options.has(pinStdin)) throw error
    const pin: JpkiKey = kind.startsWith('sign') ? 'sign' : 'auth'
    await app.verifyPin(pin, await askPin(context, app.session, jpkiPins[pin]), verifyOptions(context))
    return app.readCertificate(kind)
  }
}
