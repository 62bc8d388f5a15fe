import type { CardSession } from '../../card/index.ts'
import { type CardKind, identifyCard } from '../../identify/index.ts'
import { type CertificateKind, certificateKinds, isFaceAuthentication, type JpkiApplication } from '../../jpki/index.ts'
import { endDay, readAvailability, readIfReadable } from '../certificate-reading.ts'
import type { Context, Result } from '../context.ts'
import type { Messages, UnreadableReason } from '../messages/catalogue.ts'
import { table } from '../output.ts'
import { completeCounters, openJpkiIfPresent, type PinReport, pinRow, readPins } from '../pin-report.ts'
import { withSession } from '../session.ts'

type CertificateReport =
  | { readonly id: CertificateKind; readonly readable: true; readonly subject: string; readonly notAfter: string }
  | { readonly id: CertificateKind; readonly readable: false; readonly reason: UnreadableReason }

/** `inspect`: which card, its applications, PIN counters and certificates. Spends no try and needs no PIN. */
export async function inspectCard(context: Context): Promise<Result> {
  const { messages } = context
  const { value, reader, exchanges } = await withSession(context, inspect)
  const { identification, variant, availability, pins, certificates } = value
  const { kind, token, applications } = identification
  return {
    json: {
      card: { kind, ...(variant !== undefined && { variant }), ...(token !== undefined && { token }) },
      applications,
      pins,
      certificates,
      availability: availability ?? null,
    },
    text: report(messages, reader, value, exchanges),
  }
}

/** PINs first: a PIN verified before this session is visible only until selecting other applications clears it. */
async function inspect(session: CardSession) {
  const early = await openJpkiIfPresent(session)
  const found = early === undefined ? [] : await readPins(early)
  const identification = await identifyCard(session, { further: true })
  if (early === undefined) {
    const certificates = certificateKinds.map(
      (id): CertificateReport => ({ id, readable: false, reason: 'no-application' }),
    )
    return { identification, variant: undefined, availability: undefined, pins: found, certificates }
  }
  const pins = await completeCounters(early, found)
  const availability = await readAvailability(early)
  const certificates: CertificateReport[] = []
  for (const id of certificateKinds) certificates.push(await readCertificate(early, id))
  return {
    identification,
    variant: variantOf(identification.kind, availability, pins),
    availability,
    pins,
    certificates,
  }
}

/** A card without a PIN, as far as that can be seen. */
function variantOf(
  kind: CardKind,
  availability: { readonly sign: boolean; readonly auth: boolean } | undefined,
  pins: readonly PinReport[],
): 'face-authentication' | undefined {
  const authPin = pins.find(({ id }) => id === 'auth')?.state
  return isFaceAuthentication(kind, availability, authPin) ? 'face-authentication' : undefined
}

async function readCertificate(app: JpkiApplication, id: CertificateKind): Promise<CertificateReport> {
  const reading = await readIfReadable(app, id)
  if (!reading.readable) return { id, ...reading }
  const { subject, notAfter } = reading.certificate
  return { id, readable: true, subject, notAfter: notAfter.toISOString() }
}

function report(
  messages: Messages,
  reader: string,
  { identification, variant, pins, certificates }: Awaited<ReturnType<typeof inspect>>,
  exchanges: number,
): string {
  const { headings, kinds } = messages
  const { kind, token, applications } = identification
  const name = variant === undefined ? kinds[kind] : messages.variants[variant]
  const card = token === undefined ? name : `${name} (${token})`
  const head = table(
    [
      [headings.reader, reader],
      [headings.card, card],
      [headings.exchanges, String(exchanges)],
    ],
    '',
  )
  const applicationRows = applications.map(({ id, aid, present }) => [
    messages.applications[id] ?? id,
    present ? messages.present : messages.absent,
    aid,
  ])
  return [
    head,
    `${headings.applications}\n${table(applicationRows)}`,
    pinPart(messages, pins),
    `${headings.certificates}\n${table(certificates.map((one) => certificateRow(one, messages)))}`,
  ].join('\n')
}

function pinPart(messages: Messages, pins: readonly PinReport[]): string {
  const rows = pins.length === 0 ? [[messages.absent]] : pins.map((pin) => pinRow(pin, messages))
  return `${messages.headings.pins}\n${table(rows)}`
}

function certificateRow(one: CertificateReport, messages: Messages): string[] {
  const name = messages.certificates[one.id]
  if (!one.readable) return [name, messages.unreadable[one.reason]]
  return [name, endDay(new Date(one.notAfter), messages), one.subject]
}
