import type { CardSession } from '../../card/index.ts'
import type { CardVerifiableCertificate } from '../../card-face/index.ts'
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

/** A value read from the card, or the reason why it is missing. */
export type Part<T> = { readonly value: T } | { readonly reason: 'absent' | 'unreadable' }

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
export interface CardFacts {
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
export async function readCardFacts(session: CardSession): Promise<CardFacts> {
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
