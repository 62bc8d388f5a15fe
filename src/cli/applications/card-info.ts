import { toHex } from '../../bytes.ts'
import { keyIdText } from '../../card-face/index.ts'
import type { Context, Result } from '../context.ts'
import type { Messages } from '../messages/catalogue.ts'
import { table } from '../output.ts'
import { withSession } from '../session.ts'
import { type CardFacts, type Part, readCardFacts } from './card-facts.ts'

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
