/** Builds a virtual card from its options. */

import { copyBytes, fromHex } from '../bytes.ts'
import type { CardContent } from './applications/content.ts'
import { checkContentFaults } from './applications/content-faults.ts'
import { applicationsOf } from './applications/index.ts'
import { resolveIssuance } from './applications/issuance-options.ts'
import { CardState } from './card-state.ts'
import { createIdentity } from './issue/identity.ts'
import {
  type CardProfile,
  checkPinName,
  type ExtendedAnswers,
  resolveSecrets,
  type VirtualCardKind,
  type VirtualCardOptions,
  virtualCardKinds,
} from './options.ts'
import type { Application } from './table.ts'
import { SoftwareCard, type VirtualCard } from './virtual-card.ts'

/** Compact TLV 73 C6 01 C0: extended length and command chaining. Two sources. */
const contactExtended = fromHex('3BDA13FF8131FB468012392F31C173C601C03B')
/** Compact TLV 73 C6 01 00: neither. One source. */
const contactShort = fromHex('3BC5FF8131FB458073C6010000')
/** PC/SC form of a Type B card; identifies no card. Two sources. */
const contactless = fromHex('3B888001000005E0B381A1007F')
/** Two sources. */
const jukiContact = fromHex('3BE000FF8131FE4514')
/** One source. */
const jukiContactless = fromHex('3B888001000014E0B38191005E')

/** ATRs seen in public lists (card-facts section 2), by kind, interface and what the historical bytes declare. */
function answerToReset(
  kind: VirtualCardKind,
  cardInterface: 'contact' | 'contactless',
  extendedLength: boolean,
): Uint8Array {
  if (kind === 'juki') return (cardInterface === 'contact' ? jukiContact : jukiContactless).slice()
  // A phone has no contacts.
  if (cardInterface === 'contactless' || kind === 'phone-android' || kind === 'phone-iphone') return contactless.slice()
  return (extendedLength ? contactExtended : contactShort).slice()
}

/**
 * Creates a virtual card, not powered: call `powerOn`, or insert it in a `VirtualTransport`.
 *
 * @param options - see {@link VirtualCardOptions}; without `identity` keys are generated, which takes seconds.
 * @throws TypeError or RangeError naming an option that is out of its range.
 */
export async function createVirtualCard(options: VirtualCardOptions = {}): Promise<VirtualCard> {
  const profile = resolveProfile(options)
  const identity = options.identity ?? (await createIdentity({ now: options.now }))
  const secrets = resolveSecrets(options, identity)
  const { kind } = profile
  const applications = applicationsOf({ kind, identity, secrets, ...resolveContent(options, kind) })
  const state = new CardState(applications)
  setTries(state, applications, { ...(options.faceAuthentication && { auth: 0 }), ...options.triesLeft })
  const card = new SoftwareCard({
    atr:
      (options.atr && copyBytes(options.atr)) ??
      answerToReset(kind, options.interface ?? 'contact', profile.extendedLength),
    identity,
    state,
    profile,
    refuseFirstCommand: options.firstCommandAfterPowerUp === '6F00',
    keepLog: options.keepLog ?? true,
    deviceVerified: deviceVerifiedOf(options),
  })
  card.setFaults(options.faults)
  return card
}

function resolveContent(
  options: VirtualCardOptions,
  kind: VirtualCardKind,
): Omit<CardContent, 'kind' | 'identity' | 'secrets'> {
  const { textAttributesPrefix: prefix = new Uint8Array(0), cardFace = 'small', contactAtrUnder = 'manager' } = options
  const { faceAuthentication = false, residence = false } = options
  const signCertificate = options.signCertificate ?? !faceAuthentication
  if (kind !== 'my-number' && (faceAuthentication || residence)) {
    throw new RangeError(`${faceAuthentication ? 'faceAuthentication' : 'residence'}: only a My Number card has it`)
  }
  if (faceAuthentication && signCertificate) throw new RangeError('faceAuthentication: without a signature certificate')
  if (prefix.length > 4) throw new RangeError('textAttributesPrefix must be at most 4 bytes')
  if (cardFace !== 'small' && cardFace !== 'large') throw new TypeError('cardFace must be small or large')
  if (contactAtrUnder !== 'manager' && contactAtrUnder !== 'applications') {
    throw new TypeError('contactAtrUnder must be manager or applications')
  }
  return {
    signCertificate,
    residence,
    faults: checkContentFaults(options.contentFaults ?? [], kind === 'my-number'),
    attributesPrefix: copyBytes(prefix),
    cardFace,
    contactAtrUnder,
    issuance: resolveIssuance(options.issuance, kind === 'my-number' || kind === 'juki' ? kind : undefined),
  }
}

function resolveProfile(options: VirtualCardOptions): CardProfile {
  const kind = options.kind ?? 'my-number'
  if (!virtualCardKinds.includes(kind)) throw new TypeError(`kind must be one of ${virtualCardKinds.join(', ')}`)
  if (options.atr && (options.atr.length < 2 || options.atr.length > 33))
    throw new RangeError('atr must be 2 to 33 bytes')
  const { capabilities = {} } = options
  return {
    kind,
    shortFileId: capabilities.shortFileId ?? true,
    shortFileIdRefusal: refusalOf('shortFileIdRefusal', options, 0x6a86),
    extendedLength: capabilities.extendedLength ?? true,
    extendedLengthRefusal: refusalOf('extendedLengthRefusal', options, 0x6700),
    extendedAnswers: extendedAnswersOf(options),
    directReference: capabilities.directReference ?? true,
    directReferenceRefusal: refusalOf('directReferenceRefusal', options, 0x6a86),
    selectP2: selectP2Of(options),
    selectP2Refusal: refusalOf('selectP2Refusal', options, 0x6a86),
    selectAnnouncesData: options.selectAnnouncesData,
    endOfFileWarning: options.endOfFileWarning ?? false,
    queryWhenVerified: options.queryWhenVerified ?? 'ok',
    chainedResponses: options.chainedResponses ?? false,
    commandChaining: options.commandChaining ?? false,
  }
}

function deviceVerifiedOf({ kind, deviceVerified }: VirtualCardOptions): boolean {
  if (deviceVerified !== undefined && kind !== 'phone-iphone') throw new TypeError('deviceVerified is of phone-iphone')
  return deviceVerified ?? kind === 'phone-iphone'
}

type RefusalName = 'shortFileIdRefusal' | 'extendedLengthRefusal' | 'directReferenceRefusal' | 'selectP2Refusal'

function refusalOf(name: RefusalName, options: VirtualCardOptions, usual: number): number {
  const word = options[name] ?? usual
  if (Number.isInteger(word) && word >= 0x6000 && word <= 0x9fff) return word
  throw new RangeError(`${name} must be a status word from 0x6000 to 0x9FFF`)
}

function extendedAnswersOf({ extendedAnswers = 'whole' }: VirtualCardOptions): ExtendedAnswers {
  if (extendedAnswers === 'whole' || extendedAnswers === 'empty') return extendedAnswers
  const bytes = 'keep' in extendedAnswers ? extendedAnswers.keep : extendedAnswers.keepBytes
  if (Number.isInteger(bytes) && bytes >= 1 && bytes <= 65_538) return extendedAnswers
  throw new RangeError('extendedAnswers must keep 1 to 65 538 bytes')
}

function selectP2Of({ selectP2 }: VirtualCardOptions): readonly number[] | undefined {
  if (selectP2?.some((value) => ![0x00, 0x04, 0x0c].includes(value))) {
    throw new RangeError('selectP2 must be values of 0x00, 0x04 and 0x0C')
  }
  return selectP2 && [...selectP2]
}

function setTries(state: CardState, applications: readonly Application[], triesLeft: Record<string, number>): void {
  for (const [name, tries] of Object.entries(triesLeft)) {
    checkPinName(name)
    const pin = applications
      .flatMap(({ files }) => files)
      .find((file) => file.structure === 'pin' && file.name === name)
    const most = pin?.structure === 'pin' ? (pin.tries ?? 0) : undefined
    if (most === undefined) throw new RangeError(`triesLeft.${name}: this card has no such PIN`)
    if (!Number.isInteger(tries) || tries < 0 || tries > most) {
      throw new RangeError(`triesLeft.${name} must be an integer from 0 to ${most}`)
    }
    state.pin(name).triesLeft = tries
  }
}
