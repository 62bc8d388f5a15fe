import { AuditError, RefusalError } from '../../../src/errors.ts'
import {
  type CaseStore,
  type HttpHandlerOptions,
  MunicipalPins,
  type MunicipalPinsOptions,
  memoryStore,
  type TokenService,
} from '../../../src/server/index.ts'
import { answer, day, issued, lists, now, request, serve, user } from '../fixture.ts'
import { composer, deskOf, documents, register, settled, visitOf } from '../issuance/fixture.ts'
import { askOpen, visitAt } from './desk-fixture.ts'
import { commonOf, type Drive, once } from './drives.ts'
import { handlerWith, post } from './fixture.ts'

const terminal = 'kiosk-1'
const { accepted } = visitOf(1, { holder: 'H'.repeat(43), holderDigest: 'D'.repeat(43) })
const names = { clerkOf: () => 'clerk-1', issuerOf: () => 'issuer-1', terminalOf: () => terminal }
const down = () => Promise.reject(new RefusalError('ERR_STORE_UNAVAILABLE', 'down'))
const full = () => Promise.reject(new RefusalError('ERR_STORE_FULL', 'full'))

/** A store whose texts cannot be read or changed. */
function failing(fail: () => Promise<never>): CaseStore {
  return { ...memoryStore(), read: fail, write: fail, compareAndSet: fail, remove: fail, count: fail, increment: fail }
}

/** A desk of its own, with a way to break its audit log. */
function desk(options: Parameters<typeof deskOf>[0] = {}) {
  let broken = false
  const audit = {
    write: () => {
      if (broken) throw new Error('disk full')
    },
  }
  const made = deskOf({ audit, ...options })
  const breakAudit = () => {
    broken = true
  }
  return { ...made, breakAudit, options: { ...names, desk: made.desk } }
}
type Desk = ReturnType<typeof desk>

const get = (path: string): Request => new Request(`http://server.test${path}`)
const id = 'A'.repeat(32)

/** A request about a case, after something was done with the desk. */
const after = (
  operation: string,
  name: string,
  status: number,
  code: string | undefined,
  make: (made: Desk) => Request | Promise<Request>,
  options: Parameters<typeof deskOf>[0] = {},
  more: Partial<HttpHandlerOptions> = {},
): Drive => ({
  name,
  operation,
  status,
  ...(code !== undefined && { code }),
  run: async () => {
    const made = desk(options)
    const handler = await handlerWith({ ...made.options, ...more })
    return handler.fetch(await make(made))
  },
})

/** A case of the terminal whose document is sealed. */
async function sealed({ desk }: Desk): Promise<string> {
  const view = await desk.open(accepted, documents)
  await settled()
  return view.id
}

/** Refusals of a store that the routes of a desk have in common. */
const failures = (operation: string, make: () => Request): readonly Drive[] => [
  after(operation, 'a store that is down', 503, 'ERR_STORE_UNAVAILABLE', make, { store: failing(down) }),
  after(operation, 'a store that is full', 503, 'ERR_STORE_FULL', make, { store: failing(full) }),
]

const open = 'POST /v1/cases'
const opening = (
  name: string,
  status: number,
  code: string | undefined,
  make: (service: TokenService, made: Desk) => Promise<Request>,
  { service = serve(), options = {} }: { service?: TokenService; options?: Parameters<typeof deskOf>[0] } = {},
): Drive => after(open, name, status, code, (made) => make(service, made), options, { service })

const good = async (service: TokenService): Promise<Request> => askOpen((await visitAt(service)).token)
const by = (holder: typeof user.auth) => async (service: TokenService) =>
  askOpen((await visitAt(service, terminal, holder)).token)
const changed = (change: object) => async (service: TokenService) =>
  askOpen({ ...(await visitAt(service)).token, ...change })
const expired = await issued(-60, -1)
const early = await issued(1, 60)
const auditOnce = (): TokenService => {
  let left = 1
  const write = (): void => {
    if (left-- <= 0) throw new Error('disk full')
  }
  return serve({ audit: { write } })
}
let time = now
const slipping = serve({ clock: () => time })

const opened: readonly Drive[] = [
  ...commonOf(open, '/v1/cases', desk().options),
  opening('a token for a document', 201, undefined, good),
  opening('a token with a field more', 400, 'ERR_TOKEN', changed({ trusted: 'true' })),
  opening('a token of another terminal', 403, 'ERR_TOKEN_TERMINAL', async (service) =>
    askOpen((await visitAt(service, 'kiosk-2')).token),
  ),
  opening('a challenge that was answered', 409, 'ERR_NONCE_UNKNOWN', async (service) => {
    const { token } = await visitAt(service)
    await service.verify(token, { terminal })
    return askOpen(token)
  }),
  opening(
    'a challenge that has expired',
    409,
    'ERR_NONCE_EXPIRED',
    async (service) => {
      const asked = await good(service)
      time = new Date(now.getTime() + day / 100)
      return asked
    },
    { service: slipping },
  ),
  opening('a token that has an outcome', 409, 'ERR_CASE_STATE', async (service, { desk }) => {
    const { token, digest } = await visitAt(service)
    await desk.recordRefusal(digest, { terminal }, 'ERR_AUDIT')
    return askOpen(token)
  }),
  opening('a token for another server', 422, 'ERR_TOKEN_ORIGIN', async (service) =>
    askOpen(await answer(await service.challenge(request), { origin: 'https://other.example' })),
  ),
  opening('a purpose that is not served any more', 422, 'ERR_TOKEN_PURPOSE', async (service) => {
    const asked = await good(service)
    service.reconfigure({ purposes: ['income'] })
    return asked
  }),
  opening('another algorithm', 422, 'ERR_TOKEN_ALGORITHM', changed({ algorithm: 'ES256' })),
  opening('another signature', 422, 'ERR_TOKEN_SIGNATURE', async (service) =>
    changed({ signature: (await visitAt(service)).token.signature })(service),
  ),
  opening(
    'a way to verify the holder that is not accepted',
    422,
    'ERR_USER_VERIFICATION',
    changed({ userVerification: 'face' }),
  ),
  opening('a certificate for signatures', 422, 'ERR_CERTIFICATE_REFUSED', by(user.sign)),
  opening('an expired certificate', 422, 'ERR_CERTIFICATE_EXPIRED', by(expired.auth)),
  opening('a certificate of tomorrow', 422, 'ERR_CERTIFICATE_NOT_YET_VALID', by(early.auth)),
  opening('a revoked certificate', 422, 'ERR_CERTIFICATE_REVOKED', good, {
    service: serve({ revocation: await lists([user.auth]) }),
  }),
  opening('a document that is not issued here', 422, 'ERR_DOCUMENT', good, { options: { documents: ['income'] } }),
  opening('a certificate of unknown revocation status', 503, 'ERR_REVOCATION_UNKNOWN', good, {
    service: serve({ revocation: { mode: 'required', sources: [] } }),
  }),
  opening('a desk that is stopped', 503, 'ERR_ISSUING_STOPPED', async (service, { desk }) => {
    await desk.stop({ clerk: 'clerk-1', note: 'n' })
    return good(service)
  }),
  opening('a store that is down', 503, 'ERR_STORE_UNAVAILABLE', good, { options: { store: failing(down) } }),
  opening('a store that is full', 503, 'ERR_STORE_FULL', good, { options: { store: failing(full) } }),
  opening('an audit log that is full', 503, 'ERR_AUDIT', good, { service: auditOnce() }),
]

const find = 'POST /v1/tokens'
const asked = () => post('/v1/tokens', { challengeDigest: 'A'.repeat(43) })
const digest = accepted.challengeDigest
const found: readonly Drive[] = [
  ...commonOf(find, '/v1/tokens', desk().options),
  after(find, 'an unknown token', 200, undefined, asked),
  after(find, 'a token with a case', 200, undefined, async (made) => {
    await made.desk.open(accepted, documents)
    return post('/v1/tokens', { challengeDigest: digest })
  }),
  after(find, 'a token that was refused', 200, undefined, async ({ desk }) => {
    await desk.recordRefusal(digest, { terminal }, 'ERR_CERTIFICATE_REVOKED')
    return post('/v1/tokens', { challengeDigest: digest, terminal })
  }),
  after(find, 'another terminal', 403, 'ERR_TOKEN_TERMINAL', () =>
    post('/v1/tokens', { challengeDigest: digest, terminal: 'kiosk-2' }),
  ),
  after(find, 'a malformed request that cannot be audited', 503, 'ERR_AUDIT', ({ breakAudit }) => {
    breakAudit()
    return post('/v1/tokens', {})
  }),
  ...failures(find, asked),
]

const state = 'GET /v1/cases/{id}'
const release = 'POST /v1/cases/{id}/release'
const report = 'POST /v1/cases/{id}/outcome'
/** What the routes of a case have in common. */
const ofCase = (operation: string, path: (id: string) => string, make: (path: string) => Request): readonly Drive[] => [
  ...commonOf(operation, path(id), desk().options),
  after(operation, 'another terminal', 403, 'ERR_TOKEN_TERMINAL', () =>
    operation.startsWith('GET')
      ? get(`${path(id)}?terminal=kiosk-2`)
      : post(path(id), { ...(operation === report && { outcome: 'abandoned' }), fence: 3, terminal: 'kiosk-2' }),
  ),
  after(operation, 'an unknown case', 404, 'ERR_CASE_UNKNOWN', () => make(path(id))),
  after(
    operation,
    'the case of another terminal, which cannot be audited',
    503,
    'ERR_AUDIT',
    async (made) => {
      const own = await sealed(made)
      made.breakAudit()
      return make(path(own))
    },
    {},
    { terminalOf: () => 'kiosk-2' },
  ),
  ...failures(operation, () => make(path(id))),
]

const at = (own: string, action = ''): string => `/v1/cases/${own}${action}`
const released = (own: string, fence = 3) => post(at(own, '/release'), { fence })
const reported = (own: string, body: object) => post(at(own, '/outcome'), body)
const ofCases: readonly Drive[] = [
  ...ofCase(state, (own) => at(own), get),
  after(state, 'a case', 200, undefined, async (made) => get(at(await sealed(made)))),
  after(state, 'a case that was refused', 200, undefined, async (made) => get(at(await sealed(made))), {
    registers: [register({ suppressed: 'died' })],
  }),
  ...ofCase(
    release,
    (own) => at(own, '/release'),
    (path) => post(path, { fence: 3 }),
  ),
  after(release, 'a sealed document', 200, undefined, async (made) => released(await sealed(made))),
  after(release, 'another fence', 409, 'ERR_CASE_STATE', async (made) => released(await sealed(made), 2)),
  after(release, 'a case that has expired', 409, 'ERR_CASE_EXPIRED', async (made) => {
    const own = await sealed(made)
    await made.clock.advance(200_000)
    return released(own)
  }),
  after(release, 'a desk that was stopped', 503, 'ERR_ISSUING_STOPPED', async (made) => {
    const own = await sealed(made)
    await made.desk.stop({ clerk: 'clerk-1', note: 'n' })
    return released(own)
  }),
  ...ofCase(
    report,
    (own) => at(own, '/outcome'),
    (path) => post(path, { outcome: 'abandoned' }),
  ),
  after(report, 'a visit that has ended', 200, undefined, async (made) =>
    reported(await sealed(made), { outcome: 'abandoned' }),
  ),
  after(report, 'an outcome before the release', 409, 'ERR_CASE_STATE', async (made) =>
    reported(await sealed(made), { outcome: 'printed', fence: 3 }),
  ),
]

const issuing = 'GET /v1/issuing/cases/{id}'
const issuingPath = (own: string) => `/v1/issuing/cases/${own}`
const forIssuers: readonly Drive[] = [
  ...commonOf(issuing, issuingPath(id), desk().options, 'issuerOf'),
  after(
    issuing,
    'a case that was refused',
    200,
    undefined,
    async ({ desk }) => {
      const view = await desk.open({ ...accepted, serialNumber: '01AB' }, documents)
      await settled()
      return get(issuingPath(view.id))
    },
    { includeSerialNumber: true, composer, registers: [register({ suppressed: 'died' })] },
  ),
  after(issuing, 'an unknown case', 404, 'ERR_CASE_UNKNOWN', () => get(issuingPath(id))),
  ...failures(issuing, () => get(issuingPath(id))),
]

const note = { note: 'a page of another person' }
const clerks = (action: string) => `POST /v1/desk/${action}`
const stopping = async ({ desk }: Desk) => desk.stop({ clerk: 'clerk-1', note: 'n' })
const noteFor = (action: string) => (action === 'resume' ? { ...note, stop: '0-0' } : note)

const forClerks: readonly Drive[] = [
  ...commonOf('GET /v1/desk', '/v1/desk', desk().options, 'clerkOf'),
  after('GET /v1/desk', 'a desk', 200, undefined, () => get('/v1/desk')),
  after('GET /v1/desk', 'a desk that is stopped', 200, undefined, async (made) => {
    await stopping(made)
    return get('/v1/desk')
  }),
  ...failures('GET /v1/desk', () => get('/v1/desk')),
  ...['stop', 'resume'].flatMap((action) => [
    ...commonOf(clerks(action), `/v1/desk/${action}`, desk().options, 'clerkOf'),
    after(clerks(action), 'a note', 200, undefined, async (made) => {
      if (action === 'resume') await stopping(made)
      return post(`/v1/desk/${action}`, noteFor(action))
    }),
    after(clerks(action), 'an audit log that is full', 503, 'ERR_AUDIT', async (made) => {
      if (action === 'resume') await stopping(made)
      made.breakAudit()
      return post(`/v1/desk/${action}`, noteFor(action))
    }),
    ...failures(clerks(action), () => post(`/v1/desk/${action}`, noteFor(action))),
  ]),
  after(clerks('resume'), 'a desk that is not stopped', 409, 'ERR_CASE_STATE', () =>
    post('/v1/desk/resume', noteFor('resume')),
  ),
]

const subject = { userId: 'user-1', kind: 'residence-record' }
const pin = (text: string) => new Uint8Array(Buffer.from(text))
const cheap = { N: 2, r: 1, p: 1 }
type PinSetUp = { readonly pins?: Partial<MunicipalPinsOptions>; readonly registered?: boolean }

const ofPin = (
  action: string,
  name: string,
  status: number,
  code: string | undefined,
  body: object,
  { pins = {}, registered = true }: PinSetUp = {},
): Drive => ({
  name,
  operation: `POST /v1/municipal-pins/${action}`,
  status,
  ...(code !== undefined && { code }),
  run: async () => {
    const municipalPins = pinsWith(pins)
    if (registered) await municipalPins.register('user-1', 'residence-record', pin('1234'), { clerk: 'c' })
    const handler = await handlerWith({ ...names, municipalPins })
    return handler.fetch(post(`/v1/municipal-pins/${action}`, body))
  },
})

function pinsWith(options: Partial<MunicipalPinsOptions> = {}): MunicipalPins {
  return new MunicipalPins({ store: memoryStore(), serverKey: pin('k'.repeat(32)), scrypt: cheap, ...options })
}

/** A store in which other changes always come first. */
const neverChanged: CaseStore = { ...memoryStore(), compareAndSet: async () => false }
const noAudit = { write: () => Promise.reject(new AuditError('disk full')) }
const bodies: Readonly<Record<string, object>> = {
  verify: { ...subject, pin: '1234' },
  change: { ...subject, pin: '1234', newPin: '5678' },
  register: { ...subject, pin: '1234' },
  lock: subject,
  unlock: subject,
  remove: subject,
  status: subject,
}

const ofPins: readonly Drive[] = Object.entries(bodies).flatMap(([action, body]): readonly Drive[] => {
  const isTerminals = action === 'verify' || action === 'change'
  const path = `/v1/municipal-pins/${action}`
  const options = { ...names, municipalPins: pinsWith() }
  const unregistered = { registered: false }
  const drive = (name: string, status: number, code: string | undefined, more: PinSetUp = {}, sent = body) =>
    ofPin(action, name, status, code, sent, more)
  return [
    ...commonOf(`POST ${path}`, path, options, isTerminals ? 'terminalOf' : 'clerkOf'),
    drive('what is asked for', 200, undefined),
    drive('a store that is down', 503, 'ERR_STORE_UNAVAILABLE', { pins: { store: failing(down) }, ...unregistered }),
    drive('a store that is full', 503, 'ERR_STORE_FULL', { pins: { store: failing(full) }, ...unregistered }),
    drive('changes without end', 503, 'ERR_MUNICIPAL_PIN_BUSY', {
      pins: { store: neverChanged, formerKeys: [pin('f'.repeat(32))] },
      ...unregistered,
    }),
    ...(action === 'status'
      ? []
      : [drive('an audit log that is full', 503, 'ERR_AUDIT', { pins: { audit: noAudit }, ...unregistered })]),
    ...(isTerminals
      ? [
          drive('another terminal', 403, 'ERR_TOKEN_TERMINAL', {}, { ...body, terminal: 'kiosk-2' }),
          drive('a wrong PIN', 422, 'ERR_MUNICIPAL_PIN_REJECTED', {}, { ...body, pin: '0000' }),
          drive(
            'the last wrong PIN',
            409,
            'ERR_MUNICIPAL_PIN_LOCKED',
            { pins: { maxTries: 1 } },
            { ...body, pin: '0000' },
          ),
          drive('a user without a PIN', 404, 'ERR_MUNICIPAL_PIN_NOT_REGISTERED', {
            pins: { revealUnregistered: true },
            ...unregistered,
          }),
        ]
      : []),
    ...(isTerminals || action === 'register'
      ? [drive('another form of a PIN', 422, 'ERR_MUNICIPAL_PIN_FORMAT', {}, { ...body, pin: '12345' })]
      : []),
    ...(['lock', 'unlock', 'remove'].includes(action)
      ? [drive('a user without a PIN', 404, 'ERR_MUNICIPAL_PIN_NOT_REGISTERED', unregistered)]
      : []),
  ]
})

const paths = [
  '/v1/cases',
  '/v1/tokens',
  '/v1/cases/{id}',
  '/v1/cases/{id}/release',
  '/v1/cases/{id}/outcome',
  '/v1/issuing/cases/{id}',
  '/v1/desk',
  '/v1/desk/stop',
  '/v1/desk/resume',
  ...Object.keys(bodies).map((action) => `/v1/municipal-pins/${action}`),
]
const methods = paths.map((path) =>
  once(
    `methods of ${path}`,
    `OPTIONS ${path}`,
    204,
    undefined,
    () => new Request(`http://server.test${path.replace('{id}', id)}`, { method: 'OPTIONS' }),
    { ...desk().options, municipalPins: pinsWith() },
  ),
)

/** Every answer of the routes of a desk and of municipal PINs. */
export const deskDrives: readonly Drive[] = [
  ...opened,
  ...found,
  ...ofCases,
  ...forIssuers,
  ...forClerks,
  ...ofPins,
  ...methods,
]
