import { writeFile } from 'node:fs/promises'
import { StatusWordError } from '../../errors.ts'
import { type CertificateKind, certificateKinds, JpkiApplication, type JpkiKey, jpkiPins } from '../../jpki/index.ts'
import type { Certificate } from '../../pki/index.ts'
import { usageError, withFile } from '../cli-error.ts'
import type { Command, Context } from '../context.ts'
import { endDay, table } from '../output.ts'
import { askPin } from '../pin-question.ts'
import { verifyOptions, withSession } from '../session.ts'

/** `certificate KIND`: reads a certificate; asks for a PIN only when the card wants one. */
export const certificateCommand: Command = async (context) => {
  const { io, options, operands, messages } = context
  const kind = certificateKinds.find((known) => known === operands[0])
  if (kind === undefined) throw usageError('bad-value', 'certificate auth|auth-ca|sign|sign-ca')
  const { value, exchanges, clearedBy } = await withSession(context, async (session) => {
    const app = await JpkiApplication.open(session)
    return read(context, app, kind)
  })
  const file = options.get('out')
  const asPem = options.has('pem') || (file === undefined && io.stdout.isTTY === true)
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
      exchanges,
      clearedBy,
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
    if (!pins.interactive && !options.has('pin-stdin')) throw error
    const pin: JpkiKey = kind.startsWith('sign') ? 'sign' : 'auth'
    await app.verifyPin(pin, await askPin(context, app.session, jpkiPins[pin]), verifyOptions(context))
    return app.readCertificate(kind)
  }
}
