import { type CardSession, type Pin, requirePinEntry } from '../../src/card/index.ts'
import { TextApplication, VisualApplication, verifyAuthenticity } from '../../src/card-face/index.ts'
import {
  type CardLook,
  findServices,
  lookAtCard,
  performService,
  type ServiceMethod,
} from '../../src/credentials/index.ts'
import {
  type Identity,
  type VirtualCard,
  type VirtualCardOptions,
  verificationCodeB,
} from '../../src/emulator/index.ts'
import { PinError, VerificationError } from '../../src/errors.ts'
import { CardManager, CommonApplication, identifyCard } from '../../src/identify/index.ts'
import { JpkiApplication, type JpkiSignature, jpkiPins } from '../../src/jpki/index.ts'
import { JukiApplication } from '../../src/juki/index.ts'
import { IssuanceApplication } from '../../src/municipal/application/application.ts'
import { loadProfile } from '../../src/municipal/application/load-profile.ts'
import { createVisitKey, parseToken } from '../../src/token/index.ts'
import { origin, tokenChallenge } from '../support/challenge.ts'
import { rootsOf } from '../support/cvc-roots.ts'
import { exampleProfile } from '../support/profiles.ts'

/** What a flow works with. */
export interface Table {
  readonly card: VirtualCard
  readonly session: CardSession
  /** Makes a PIN that has to be wiped when the flow is over. */
  pin(text: string): Pin
  /** The PIN that a flow changed holds its new value. */
  readonly changed: boolean
}

/** One job with a card, as an application does it. */
export interface Flow {
  readonly options?: VirtualCardOptions
  /** Resolves with what it came to, as plain data that two runs have in common. */
  run(table: Table): Promise<unknown>
  /** What the holder does before the card is there: a card may be used for one run after another. */
  prepare?(card: VirtualCard): void
  /** What the next customer does; default: the same. */
  next?(table: Table): Promise<unknown>
}

const message = Buffer.from('住民票の写し')
const challenge = Buffer.alloc(32, 7)
const plain = (made: JpkiSignature) => ({ ...made, certificate: made.certificate.der })

const authenticate = async ({ session, pin }: Table, value: string) =>
  plain(await (await JpkiApplication.open(session)).authenticate(message, pin(value)))

const authenticateByDevice = async ({ session }: Table) =>
  plain(await (await JpkiApplication.open(session)).authenticate(message, 'device'))

/** A refusal that the flow is about is its result. */
async function refused(work: Promise<unknown>): Promise<unknown> {
  try {
    return await work
  } catch (error) {
    if (!(error instanceof PinError) || !['ERR_PIN_REJECTED', 'ERR_PIN_GUARDED'].includes(error.code)) throw error
    return { code: error.code, triesLeft: error.triesLeft }
  }
}

const profiles = {
  juki: loadProfile(exampleProfile('juki-example')),
  freeArea: loadProfile(exampleProfile('free-area-example')),
}

async function readIssuance({ session, pin }: Table, kind: keyof typeof profiles): Promise<unknown> {
  const application = await IssuanceApplication.open(session, profiles[kind])
  if (kind === 'juki') await application.verifyPin(pin('1234'))
  const { userId, municipalityCode, validity } = await application.read()
  return { userId: userId.reveal(), municipalityCode, validity }
}

/** One for all runs, so that the same card makes the same token. */
const visitKey = createVisitKey().publicKey

async function readAttributes({ session, pin }: Table): Promise<unknown> {
  const text = await TextApplication.open(session)
  await text.verifyPin('pin', pin('1234'))
  return text.readAttributes()
}

async function serve({ session, pin }: Table, method: ServiceMethod): Promise<unknown> {
  const channels = { token: 'convenience-store', 'issuance-application': 'municipal-machine' } as const
  const channel = method in channels ? channels[method as keyof typeof channels] : 'counter'
  const plan = findServices({ card: 'my-number', channel }).find((one) => one.method === method)!
  const result = await performService(plan, {
    session,
    at: new Date(),
    challenge: tokenChallenge,
    expected: { origin, visitKey },
    issuanceProfile: profiles.freeArea,
    ...(method !== 'issuance-application' && { pin: pin('1234') }),
  })
  if (result.kind === 'user-id') return { ...result, userId: result.userId.reveal() }
  if (result.kind !== 'token') return result
  return parseToken(result.token)
}

/** A look; the error behind its reason is thrown. */
async function look({ session }: Table): Promise<CardLook> {
  const found = await lookAtCard(session, { channel: 'convenience-store', at: new Date(), methods: ['token'] })
  const error = found.services.find(({ error }) => error !== undefined)?.error
  if (error !== undefined && found.kind !== 'face-authentication') throw error
  return found
}

/** What a customer learns. */
async function lookOnly(table: Table): Promise<unknown> {
  const { kind, reason, services, certificate } = await look(table)
  return { kind, reason, certificate, entries: services.map(({ entriesLeft }) => entriesLeft) }
}

/** Look and token, as a kiosk does it: no PIN is asked for where the look gives a reason. */
async function visit(table: Table): Promise<unknown> {
  const { session, pin } = table
  const found = await look(table)
  const [service] = found.services
  if (service?.pin !== undefined) requirePinEntry(jpkiPins.auth, service.pin)
  if (found.reason !== undefined || service === undefined) return { reason: found.reason }
  const { plan } = service
  const claims = { challenge: tokenChallenge, expected: { origin, visitKey } }
  const asked = plan.userVerification === 'pin' ? { pin: pin('1234') } : {}
  const result = await performService(plan, { session, look: found, at: new Date(), ...claims, ...asked })
  return result.kind === 'token' ? parseToken(result.token) : result
}

/** Without extended lengths the session key goes in chained commands. */
const chaining: VirtualCardOptions = { commandChaining: true }
const roots = new WeakMap<Identity, ReturnType<typeof rootsOf>>()
const trusted = (identity: Identity): ReturnType<typeof rootsOf> => {
  const known = roots.get(identity) ?? rootsOf(identity)
  roots.set(identity, known)
  return known
}

/** A flow with an iPhone whose holder verifies each time. */
function onVerifiedPhone(run: Flow['run']): Flow {
  return {
    options: { kind: 'phone-iphone' },
    prepare: (card) => card.verifyHolder(),
    run,
    next(table) {
      table.card.verifyHolder()
      return run(table)
    },
  }
}

/** Every flow by its title. */
export const flows: Readonly<Record<string, Flow>> = {
  identify: { run: ({ session }) => identifyCard(session) },
  'free files and counters': {
    async run({ session }) {
      const jpki = await JpkiApplication.open(session)
      const kinds = ['auth', 'auth-ca', 'sign-ca'] as const
      return {
        token: await jpki.readTokenInfo(),
        availability: await jpki.readAvailability(),
        certificates: await sequence(kinds, async (kind) => (await jpki.readCertificate(kind)).der),
        pins: await sequence(['auth', 'sign'] as const, (pin) => jpki.pinStatus(pin)),
      }
    },
  },
  'card manager and common record': {
    async run({ session }) {
      const common = await CommonApplication.open(session)
      const record = await common.readCardRecord()
      const manager = await CardManager.open(session)
      const [expiry, keyId, contactAtr] = [
        await manager.readExpiry(),
        await manager.readKeyId(),
        await manager.readContactAtr(),
      ]
      return { record, expiry, keyId, contactAtr }
    },
  },
  'user authentication': { run: (table) => authenticate(table, '1234') },
  'user authentication, wrong PIN': {
    run: (table) => refused(authenticate(table, '9999')),
    next: (table) => authenticate(table, '1234'),
  },
  'user authentication, one try left': {
    options: { triesLeft: { auth: 1 } },
    run: (table) => refused(authenticate(table, '1234')),
    // A card that lies about its counter has the right PIN verified.
    next: async ({ session }) => (await (await JpkiApplication.open(session)).pinStatus('auth')).state,
  },
  'iPhone, user authentication': onVerifiedPhone(authenticateByDevice),
  signature: {
    options: { triesLeft: { sign: 2 } },
    async run({ session, pin }) {
      const jpki = await JpkiApplication.open(session)
      return plain(await jpki.sign('sign', { message }, { pin: pin('ABC123') }))
    },
  },
  'PIN change': {
    options: { triesLeft: { auth: 2 } },
    async run({ session, pin }) {
      const jpki = await JpkiApplication.open(session)
      await jpki.changePin('auth', { current: pin('1234'), next: pin('4321') })
    },
    next: (table) => authenticate(table, table.changed ? '4321' : '1234'),
  },
  'PIN change, Juki application': {
    options: { triesLeft: { juki: 2 } },
    async run({ session, pin }) {
      const juki = await JukiApplication.open(session)
      await juki.changePin({ current: pin('1234'), next: pin('4321') })
    },
    async next({ session, pin, changed }) {
      await (await JukiApplication.open(session)).verifyPin(pin(changed ? '4321' : '1234'))
    },
  },
  'text attributes': { run: readAttributes },
  'individual number, secure messaging': {
    options: chaining,
    async run({ session, pin }) {
      const text = await TextApplication.open(session)
      await text.verifyPin('pin', pin('1234'))
      await text.startSecureMessaging()
      await text.verifyPin('code-a', pin('123456789018'))
      const number = await text.readIndividualNumber({ purpose: 'tax' })
      await text.endSecureMessaging()
      return number.reveal()
    },
  },
  'card face': {
    async run({ session, pin, card }) {
      const visual = await VisualApplication.open(session)
      await visual.verifyPin('code-b', pin(verificationCodeB(card.identity)))
      return visual.readCardFace()
    },
  },
  authenticity: {
    next: readAttributes,
    async run({ session, pin, card: { identity } }) {
      const report = await verifyAuthenticity(session, {
        roots: trusted(identity),
        hierarchies: ['virtual'],
        challenge,
        cardExpiry: true,
        text: { attributes: true, unlock: { pin: 'pin', value: pin('1234') } },
        visual: { records: ['card-face'], unlock: { pin: 'code-b', value: pin(verificationCodeB(identity)) } },
      })
      if (!report.ok) throw new VerificationError(report.failure!.check, 0, String(report.failure!.reason))
      return report
    },
  },
  'issuance, Juki card': {
    options: { kind: 'juki' },
    run: (table) => readIssuance(table, 'juki'),
  },
  'issuance, free area': { run: (table) => readIssuance(table, 'freeArea') },
  'Android, user authentication': {
    options: { kind: 'phone-android' },
    run: (table) => authenticate(table, '1234'),
  },
  'look, card': { run: lookOnly },
  'look, face authentication': { options: { faceAuthentication: true }, run: lookOnly },
  'look, Android': { options: { kind: 'phone-android' }, run: lookOnly },
  'look, iPhone': { options: { kind: 'phone-iphone' }, run: lookOnly },
  'visit, card': { run: visit },
  'visit, Android': { options: { kind: 'phone-android' }, run: visit },
  'visit, iPhone': onVerifiedPhone(visit),
  'service: token': { run: (table) => serve(table, 'token') },
  'service: user id': { run: (table) => serve(table, 'issuance-application') },
  'service: attributes': { run: (table) => serve(table, 'attributes') },
  'service: PIN of the resident register': { run: (table) => serve(table, 'register-pin') },
}

async function sequence<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  for (const item of items) results.push(await work(item))
  return results
}
