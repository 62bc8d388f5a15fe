import { toHex } from '../../bytes.ts'
import type { CardSession } from '../../card/index.ts'
import { type CardVerifiableCertificate, keyIdText } from '../../card-face/index.ts'
import { DecodeError, StatusWordError } from '../../errors.ts'
import {
  CardManager,
  type CardRecord,
  CommonApplication,
  checkCardRecord,
  type Identification,
  identifyCard,
  type RecognitionData,
} from '../../identify/index.ts'
import type { Context, Result } from '../context.ts'
import type { Messages } from '../messages/catalogue.ts'
import { table } from '../output.ts'
import { withSession } from '../session.ts'

/** A value read from the card, or the reason why it is missing. */
type Part<T> = { readonly value: T } | { readonly reason: 'absent' | 'unreadable' }

/** Objects of the card manager. */
interface ManagerFacts {
  readonly issuerNumber: Part<Uint8Array>
  readonly cardNumber: Part<string>
  readonly municipalityCode: Part<string>
  readonly expiry: Part<string>
  readonly keyId: Part<Uint8Array>
  readonly certificates: Part<readonly CardVerifiableCertificate[]>
  readonly recognition: Part<RecognitionData>
  readonly contactAtr: Part<Uint8Array>
}

/** Information readable from a card without a PIN. */
interface CardFacts {
  readonly identification: Identification
  readonly record: Part<CardRecord>
  readonly manager: Part<ManagerFacts>
  /**
   * Whether record and card manager have the same municipality and expiry; `undefined` when there is nothing to
   * compare.
   */
  readonly sameCard: boolean | undefined
}

/** Reads all parts. Spends no try; a missing or refused part does not affect the others. */
async function readCardFacts(session: CardSession): Promise<CardFacts> {
  const identification = await identifyCard(session)
  const record = await part(async () => (await CommonApplication.open(session)).readCardRecord())
  const manager = await part(async () => readManager(await CardManager.open(session)))
  return { identification, record, manager, sameCard: compared(record, manager) }
}

async function readManager(manager: CardManager): Promise<ManagerFacts> {
  return {
    issuerNumber: await part(() => manager.readIssuerNumber()),
    cardNumber: await part(() => manager.readCardNumber()),
    municipalityCode: await part(() => manager.readMunicipalityCode()),
    expiry: await part(() => manager.readExpiry()),
    keyId: await part(() => manager.readKeyId()),
    certificates: await part(() => manager.readCertificates()),
    recognition: await part(() => manager.readRecognitionData()),
    // Last: if the card manager has none, another application is selected for it.
    contactAtr: await part(() => manager.readContactAtr()),
  }
}

async function part<T>(read: () => Promise<T | undefined>): Promise<Part<T>> {
  try {
    const value = await read()
    return value === undefined || (Array.isArray(value) && value.length === 0) ? { reason: 'absent' } : { value }
  } catch (error) {
    if (error instanceof StatusWordError) {
      return { reason: error.code === 'ERR_APPLICATION_NOT_FOUND' ? 'absent' : 'unreadable' }
    }
    if (error instanceof DecodeError) return { reason: 'unreadable' }
    throw error
  }
}

function compared(record: Part<CardRecord>, manager: Part<ManagerFacts>): boolean | undefined {
  if (!('value' in record) || !('value' in manager)) return undefined
  const { municipalityCode, expiry } = manager.value
  if (!('value' in municipalityCode) && !('value' in expiry)) return undefined
  const valueIn = <T>(one: Part<T>): T | undefined => ('value' in one ? one.value : undefined)
  try {
    checkCardRecord(record.value, { municipalityCode: valueIn(municipalityCode), expiry: valueIn(expiry) })
    return true
  } catch (error) {
    if (error instanceof DecodeError) return false
    throw error
  }
}

/** `card info`: information readable without a PIN; missing parts are listed as absent. */
export async function cardInfo(context: Context): Promise<Result> {
  const { messages } = context
  const { value, reader } = await withSession(context, readCardFacts)
  return {
    json: factsJson(value),
    text: factsText(value, reader, messages),
  }
}

function factsJson({ identification: { kind, token }, record, manager, sameCard }: CardFacts) {
  const shown = <T>(part: Part<T>, show: (value: T) => unknown): unknown =>
    'value' in part ? show(part.value) : { readable: false, reason: part.reason }
  return {
    card: { kind, ...(token !== undefined && { token }) },
    record: shown(record, (value) => value),
    manager: shown(manager, (objects) => ({
      issuerNumber: shown(objects.issuerNumber, toHex),
      cardNumber: shown(objects.cardNumber, String),
      municipalityCode: shown(objects.municipalityCode, String),
      expiry: shown(objects.expiry, String),
      keyId: shown(objects.keyId, keyIdText),
      certificates: shown(objects.certificates, (list) =>
        list.map(({ subjectKeyId, issuerKeyId }) => ({ key: keyIdText(subjectKeyId), by: keyIdText(issuerKeyId) })),
      ),
      recognition: shown(objects.recognition, ({ identifiers }) => identifiers),
      contactAtr: shown(objects.contactAtr, toHex),
    })),
    sameCard: sameCard ?? null,
  }
}

function factsText(facts: CardFacts, reader: string, messages: Messages): string {
  const { headings, kinds, applicationTexts } = messages
  const { kind, token } = facts.identification
  const head = table(
    [
      [headings.reader, reader],
      [headings.card, token === undefined ? kinds[kind] : `${kinds[kind]} (${token})`],
    ],
    '',
  )
  const { card: texts } = applicationTexts
  return [
    head,
    `${texts.record}\n${table(recordRows(facts, texts))}`,
    `${texts.manager}\n${table(managerRows(facts, texts))}`,
  ].join('\n')
}

type Texts = Messages['applicationTexts']['card']

function recordRows({ record, sameCard }: CardFacts, texts: Texts): string[][] {
  if (!('value' in record)) return [[texts.reasons[record.reason]]]
  const { serialNumber, municipalityCode, expiry } = record.value
  return [
    [texts.serialNumber, serialNumber],
    [texts.municipalityCode, municipalityCode],
    [texts.expiry, expiry],
    ...(sameCard === undefined ? [] : [[texts.agreement, sameCard ? texts.agrees : texts.differs]]),
  ]
}

function managerRows({ manager }: CardFacts, texts: Texts): string[][] {
  if (!('value' in manager)) return [[texts.reasons[manager.reason]]]
  const objects = manager.value
  const row = <T>(label: string, part: Part<T>, show: (value: T) => string): string[] => [
    label,
    'value' in part ? show(part.value) : texts.reasons[part.reason],
  ]
  return [
    row(texts.cardNumber, objects.cardNumber, String),
    row(texts.municipalityCode, objects.municipalityCode, String),
    row(texts.expiry, objects.expiry, String),
    row(texts.issuerNumber, objects.issuerNumber, toHex),
    row(texts.keyId, objects.keyId, keyIdText),
    row(texts.certificates, objects.certificates, (list) =>
      list.map(({ subjectKeyId, issuerKeyId }) => texts.by(keyIdText(subjectKeyId), keyIdText(issuerKeyId))).join('; '),
    ),
    row(texts.recognition, objects.recognition, ({ identifiers }) => identifiers.map(({ oid }) => oid).join(', ')),
    row(texts.contactAtr, objects.contactAtr, toHex),
  ]
}
