import { CertificateError, DecodeError, StatusWordError } from '../errors.ts'
import type { CertificateKind, JpkiApplication } from '../jpki/index.ts'
import type { Certificate } from '../pki/index.ts'
import { hasNoEnd } from '../validity/index.ts'
import type { Messages, UnreadableReason } from './messages/catalogue.ts'
import { dayInJapan, momentInJapan } from './output.ts'

/** A certificate of the card, or the reason why it is unreadable. */
export type CertificateReading =
  | { readonly readable: true; readonly certificate: Certificate }
  | { readonly readable: false; readonly reason: UnreadableReason }

/** Reads a certificate of the card; errors not specific to the certificate are thrown. */
export async function readIfReadable(app: JpkiApplication, kind: CertificateKind): Promise<CertificateReading> {
  try {
    return { readable: true, certificate: await app.readCertificate(kind) }
  } catch (error) {
    return { readable: false, reason: reasonOf(error) }
  }
}

function reasonOf(error: unknown): UnreadableReason {
  if (error instanceof StatusWordError) return error.code === 'ERR_SECURITY_STATUS' ? 'pin-required' : 'unreadable'
  if (error instanceof CertificateError) return error.code === 'ERR_CERTIFICATE_ABSENT' ? 'absent' : 'unreadable'
  if (error instanceof DecodeError) return 'unreadable'
  throw error
}

/** Which certificates the card reports; `undefined` when it does not report them, or unreadably. */
export async function readAvailability(app: JpkiApplication): Promise<{ sign: boolean; auth: boolean } | undefined> {
  try {
    const { sign, auth } = await app.readAvailability()
    return { sign, auth }
  } catch (error) {
    if (error instanceof StatusWordError || error instanceof DecodeError) return undefined
    throw error
  }
}

/** The last day of a validity, or the text for "no end". */
export function endDay(end: Date, messages: Messages): string {
  return hasNoEnd(end) ? messages.noEnd : messages.validUntil(dayInJapan(end))
}

/** The last moment of a validity, or the text for "no end". */
export function endMoment(end: Date, messages: Messages): string {
  return hasNoEnd(end) ? messages.noEnd : momentInJapan(end)
}
