import { jpkiPolicies } from '../../../src/pki/trust/index.ts'
import type { HttpHandlerOptions } from '../../../src/server/http/options.ts'
import { memoryStore, type TokenService } from '../../../src/server/index.ts'
import { answer, day, issued, lists, now, request, serve, user } from '../fixture.ts'
import { askChallenge, askCheck, handIn, handlerWith, post, streamed } from './fixture.ts'

/** A request that leads to one answer of the interface. */
export interface Drive {
  readonly name: string
  /** Method and path, as the OpenAPI document names them; `none` outside of it. */
  readonly operation: string
  readonly status: number
  readonly code?: string
  readonly run: () => Promise<Response>
}

const challenges = 'POST /v1/challenges'
const verifications = 'POST /v1/verifications'
const checks = 'POST /v1/certificates'
const pathOf = (operation: string): string => operation.split(' ')[1]!
const broken = { put: () => {}, take: () => Promise.reject(new Error('down')) }
const never = new Promise<never>(() => {})

/** One request to a handler of its own. */
export const once = (
  name: string,
  operation: string,
  status: number,
  code: string | undefined,
  make: () => Request,
  options: Partial<HttpHandlerOptions> = {},
): Drive => ({
  name,
  operation,
  status,
  ...(code !== undefined && { code }),
  run: async () => (await handlerWith(options)).fetch(make()),
})

/** A token that was changed in one respect. */
const verified = (
  name: string,
  status: number,
  code: string,
  make: (service: TokenService) => Promise<Request>,
  options: Partial<HttpHandlerOptions> = {},
): Drive => ({
  name,
  operation: verifications,
  status,
  code,
  run: async () => {
    const { service = serve() } = options
    const handler = await handlerWith({ ...options, service })
    return handler.fetch(await make(service))
  },
})

const tokenOf = async (service: TokenService, by = user.auth): ReturnType<typeof answer> =>
  answer(await service.challenge(request), {}, by)
const good = async (service: TokenService): Promise<Request> => handIn(await tokenOf(service))
const by = (holder: typeof user.auth) => async (service: TokenService) => handIn(await tokenOf(service, holder))

let time = now
const slipping = serve({ clock: () => time })
const auditOnce = (): TokenService => {
  let left = 1
  const write = (): void => {
    if (left-- <= 0) throw new Error('disk full')
  }
  return serve({ audit: { write } })
}

async function full(): Promise<TokenService> {
  const service = serve({ store: memoryStore({ maxNonces: 1 }) })
  await service.challenge(request)
  return service
}

async function limited(make: () => Request, options: Partial<HttpHandlerOptions> = {}): Promise<Response> {
  const limits = { perAddress: { perSecond: 0.5, burst: 1 } }
  const handler = await handlerWith({ limits, metrics: true, ...options })
  await handler.fetch(make(), { address: '192.0.2.1' })
  return handler.fetch(make(), { address: '192.0.2.1' })
}

/** A request that comes while one is under way and two wait. */
async function overloaded(make: () => Request, options: Partial<HttpHandlerOptions>): Promise<Response> {
  const service = serve({ store: { put: () => never, take: () => undefined } })
  const limits = { concurrency: 1, timeoutMs: 1_000 }
  const handler = await handlerWith({ ...options, service, limits, terminalOf: undefined })
  for (let i = 0; i < 3; i++) void handler.fetch(askChallenge())
  await new Promise((resolve) => setTimeout(resolve, 50))
  return handler.fetch(make())
}

/** How callers of a route are authenticated. */
export type Identified = 'terminalOf' | 'clerkOf' | 'issuerOf'

/** What all routes have in common. */
export function commonOf(
  operation: string,
  path: string = pathOf(operation),
  options: Partial<HttpHandlerOptions> = {},
  identified: Identified = 'terminalOf',
): readonly Drive[] {
  const isGet = operation.startsWith('GET')
  const oversized = (): Request => post(path, ' '.repeat(2000), { 'content-length': '99999999' })
  const endless = new ReadableStream<Uint8Array>({ pull: (to) => to.enqueue(Buffer.alloc(1024, 0x20)) })
  const silent = new ReadableStream<Uint8Array>({ pull: () => never })
  const empty = (): Request => (isGet ? new Request(`http://server.test${path}`) : post(path, '{}'))
  const wrong = (): Request => (isGet ? new Request(`http://server.test${path}?unheard=1`) : empty())
  const with_ = (more: Partial<HttpHandlerOptions>) => ({ ...options, ...more })
  const known = (of: () => unknown) => with_({ [identified]: of })
  const drive = (name: string, status: number, code: string, make: () => Request, more = options): Drive =>
    once(name, operation, status, code, make, more)
  const bodies = (): readonly Drive[] => [
    drive('an empty body', 400, 'ERR_REQUEST', () => post(path, '')),
    drive('a body that does not come', 408, 'ERR_REQUEST_TIMEOUT', () => streamed(path, silent), {
      ...options,
      limits: { timeoutMs: 20 },
    }),
    drive('a length that is too great', 413, 'ERR_BODY_TOO_LARGE', oversized),
    drive('a body without end', 413, 'ERR_BODY_TOO_LARGE', () => streamed(path, endless)),
    drive('another media type', 415, 'ERR_MEDIA_TYPE', () => post(path, '{}', { 'content-type': 'text/plain' })),
    drive('a compressed body', 415, 'ERR_MEDIA_TYPE', () => post(path, '{}', { 'content-encoding': 'gzip' })),
  ]
  return [
    drive('a request without the fields, or with others', 400, 'ERR_REQUEST', wrong),
    drive(
      'an unknown caller',
      403,
      'ERR_FORBIDDEN',
      empty,
      known(() => undefined),
    ),
    drive(
      'a caller with a name that is none',
      403,
      'ERR_FORBIDDEN',
      empty,
      known(() => 'a b'),
    ),
    ...(isGet ? [] : bodies()),
    drive(
      'an error of the operator’s code',
      500,
      'ERR_INTERNAL',
      empty,
      known(() => Promise.reject(new Error('secret'))),
    ),
    drive('a caller that is not found out in time', 503, 'ERR_ANSWER_TIMEOUT', empty, {
      ...known(() => never),
      limits: { timeoutMs: 20 },
    }),
    drive('another host', 421, 'ERR_HOST', empty, with_({ hosts: ['issue.example'] })),
    { name: 'too many at once', operation, status: 503, code: 'ERR_OVERLOADED', run: () => overloaded(empty, options) },
    { name: 'too many', operation, status: 429, code: 'ERR_RATE_LIMITED', run: () => limited(empty, options) },
  ]
}

/** What the routes for tokens have in common. */
const common = [challenges, verifications, checks].flatMap((operation) => commonOf(operation))

const forChallenges: readonly Drive[] = [
  once('a challenge', challenges, 201, undefined, () => askChallenge()),
  once('a format that is not served', challenges, 400, 'ERR_TOKEN', () =>
    askChallenge({ ...request, format: 'jpki-card-token:1' }),
  ),
  once('a format that is unknown', challenges, 400, 'ERR_TOKEN', () => askChallenge({ ...request, format: '' })),
  once('a format that is no text', challenges, 400, 'ERR_REQUEST', () => askChallenge({ ...request, format: 2 })),
  once(
    'a challenge of format 1',
    challenges,
    201,
    undefined,
    () => askChallenge({ ...request, format: 'jpki-card-token:1' }),
    { service: serve({ formats: ['jpki-card-token:2', 'jpki-card-token:1'] }) },
  ),
  once('a terminal that is another', challenges, 403, 'ERR_TOKEN_TERMINAL', () => askChallenge(), {
    terminalOf: () => 'kiosk-2',
  }),
  once('a terminal with a name that is none', challenges, 403, 'ERR_TOKEN_TERMINAL', () =>
    askChallenge({ ...request, terminal: 'a\nb' }),
  ),
  once(
    'a purpose that is not served',
    challenges,
    422,
    'ERR_TOKEN_PURPOSE',
    () => askChallenge({ ...request, purpose: 'income' }),
    { service: serve({ purposes: [request.purpose] }) },
  ),
  once('a store that is down', challenges, 503, 'ERR_STORE_UNAVAILABLE', () => askChallenge(), {
    service: serve({ store: { ...broken, put: broken.take } }),
  }),
  {
    name: 'a store that is full',
    operation: challenges,
    status: 503,
    code: 'ERR_STORE_FULL',
    run: async () => (await handlerWith({ service: await full() })).fetch(askChallenge()),
  },
  once('an audit log that is full', challenges, 503, 'ERR_AUDIT', () => askChallenge(), {
    service: serve({ audit: { write: () => Promise.reject(new Error('disk full')) } }),
  }),
]

const expired = await issued(-60, -1)
const early = await issued(1, 60)
const forTokens: readonly Drive[] = [
  {
    name: 'a good token',
    operation: verifications,
    status: 200,
    run: async () => {
      const service = serve()
      return (await handlerWith({ service })).fetch(await good(service))
    },
  },
  verified('a token with a field more', 400, 'ERR_TOKEN', async (service) =>
    handIn({ ...(await tokenOf(service)), trusted: 'true' }),
  ),
  verified('a serial number that is not returned', 403, 'ERR_FORBIDDEN', async (service) =>
    handIn(await tokenOf(service), { includeSerialNumber: true }),
  ),
  verified('a token of another terminal', 403, 'ERR_TOKEN_TERMINAL', good, { terminalOf: () => 'kiosk-2' }),
  verified('a token for another server', 422, 'ERR_TOKEN_ORIGIN', async (service) =>
    handIn(await answer(await service.challenge(request), { origin: 'https://other.example' })),
  ),
  verified('a token for another purpose', 422, 'ERR_TOKEN_PURPOSE', async (service) =>
    handIn(await tokenOf(service), { purpose: 'income' }),
  ),
  verified('a way to verify the holder that is not accepted', 422, 'ERR_USER_VERIFICATION', async (service) =>
    handIn({ ...(await tokenOf(service)), userVerification: 'face' }),
  ),
  verified('another algorithm', 422, 'ERR_TOKEN_ALGORITHM', async (service) =>
    handIn({ ...(await tokenOf(service)), algorithm: 'ES256' }),
  ),
  verified('another signature', 422, 'ERR_TOKEN_SIGNATURE', async (service) => {
    const { signature } = await tokenOf(service)
    return handIn({ ...(await tokenOf(service)), signature })
  }),
  verified('a challenge that was answered', 409, 'ERR_NONCE_UNKNOWN', async (service) => {
    const token = await tokenOf(service)
    await service.verify(token, request)
    return handIn(token)
  }),
  verified(
    'a challenge that has expired',
    409,
    'ERR_NONCE_EXPIRED',
    async (service) => {
      const token = await tokenOf(service)
      time = new Date(now.getTime() + day / 100)
      return handIn(token)
    },
    { service: slipping },
  ),
  verified('a certificate for signatures', 422, 'ERR_CERTIFICATE_REFUSED', by(user.sign)),
  verified('an expired certificate', 422, 'ERR_CERTIFICATE_EXPIRED', by(expired.auth)),
  verified('a certificate of tomorrow', 422, 'ERR_CERTIFICATE_NOT_YET_VALID', by(early.auth)),
  verified('a revoked certificate', 422, 'ERR_CERTIFICATE_REVOKED', good, {
    service: serve({ revocation: await lists([user.auth]) }),
  }),
  verified('a certificate of unknown revocation status', 503, 'ERR_REVOCATION_UNKNOWN', good, {
    service: serve({ revocation: { mode: 'required', sources: [] } }),
  }),
  verified('a store that is down', 503, 'ERR_STORE_UNAVAILABLE', good, { service: serve({ store: broken }) }),
  verified('an audit log that is full', 503, 'ERR_AUDIT', good, { service: auditOnce() }),
  verified('a store that hangs', 503, 'ERR_ANSWER_TIMEOUT', good, {
    service: serve({ store: { put: () => {}, take: () => never } }),
    limits: { timeoutMs: 20 },
  }),
]

/** A certificate that is checked before there is a token. */
const checked = (
  name: string,
  status: number,
  code: string | undefined,
  [certificate, change]: readonly [certificate?: Uint8Array | undefined, change?: object] = [],
  options: Partial<HttpHandlerOptions> = {},
): Drive => once(name, checks, status, code, () => askCheck(certificate, change), options)
const policy = { oid: jpkiPolicies.auth, use: 'auth', hierarchies: ['virtual'], source: 'invented' } as const
const forCertificates: readonly Drive[] = [
  checked('a certificate that would do', 200, undefined),
  checked('a nonce that is none', 400, 'ERR_REQUEST', [undefined, { nonce: 'AA' }]),
  checked('a terminal that is another', 403, 'ERR_TOKEN_TERMINAL', [], { terminalOf: () => 'kiosk-2' }),
  checked('a purpose that is not served', 422, 'ERR_TOKEN_PURPOSE', [], { service: serve({ purposes: ['income'] }) }),
  checked('a way to verify the holder that is not accepted', 422, 'ERR_USER_VERIFICATION', [], {
    service: serve({ profiles: { policies: [{ ...policy, userVerification: 'sight' }] } }),
  }),
  checked('a certificate for signatures', 422, 'ERR_CERTIFICATE_REFUSED', [user.sign.certificate]),
  checked('an expired certificate', 422, 'ERR_CERTIFICATE_EXPIRED', [expired.auth.certificate]),
  checked('a certificate of tomorrow', 422, 'ERR_CERTIFICATE_NOT_YET_VALID', [early.auth.certificate]),
  checked('a revoked certificate', 422, 'ERR_CERTIFICATE_REVOKED', [], {
    service: serve({ revocation: await lists([user.auth]) }),
  }),
  checked('a certificate of unknown revocation status', 503, 'ERR_REVOCATION_UNKNOWN', [], {
    service: serve({ revocation: { mode: 'required', sources: [] } }),
  }),
  checked('an audit log that is full', 503, 'ERR_AUDIT', [], {
    service: serve({ audit: { write: () => Promise.reject(new Error('disk full')) } }),
  }),
]

const get =
  (path: string, method = 'GET') =>
  (): Request =>
    new Request(`http://server.test${path}`, { method })
const metrics = { metrics: true }
const paths = ['/v1/challenges', '/v1/verifications', '/v1/certificates', '/healthz', '/readyz', '/metrics']
const forOperators: readonly Drive[] = [
  once('a process that is alive', 'GET /healthz', 200, undefined, get('/healthz')),
  once('a server that is ready', 'GET /readyz', 200, undefined, get('/readyz')),
  once('a server that is not ready', 'GET /readyz', 503, 'ERR_NOT_READY', get('/readyz'), { isReady: () => false }),
  once('a server whose readiness check fails', 'GET /readyz', 503, 'ERR_NOT_READY', get('/readyz'), {
    isReady: () => Promise.reject(new Error('no')),
  }),
  once('a server whose readiness check hangs', 'GET /readyz', 503, 'ERR_ANSWER_TIMEOUT', get('/readyz'), {
    isReady: () => never,
    limits: { timeoutMs: 20 },
  }),
  once('metrics', 'GET /metrics', 200, undefined, get('/metrics'), metrics),
  {
    name: 'metrics, too many times',
    operation: 'GET /metrics',
    status: 429,
    code: 'ERR_RATE_LIMITED',
    run: () => limited(get('/metrics')),
  },
  ...paths.map((path) => once(`methods of ${path}`, `OPTIONS ${path}`, 204, undefined, get(path, 'OPTIONS'), metrics)),
]

/** Outside of what is served. */
const elsewhere: readonly Drive[] = [
  once('another path', 'none', 404, 'ERR_NOT_FOUND', get('/v1/challenge')),
  once('the root', 'none', 404, 'ERR_NOT_FOUND', get('/')),
  once('metrics that are turned off', 'none', 404, 'ERR_NOT_FOUND', get('/metrics')),
  once('checks of certificates that are turned off', 'none', 404, 'ERR_NOT_FOUND', () => askCheck(), {
    certificateChecks: false,
  }),
  once('a path with a slash more', 'none', 404, 'ERR_NOT_FOUND', () => post('/v1/challenges/', request)),
  once('reading where tokens are handed in', 'none', 405, 'ERR_METHOD', get('/v1/verifications')),
  once('deleting what is read', 'none', 405, 'ERR_METHOD', get('/healthz', 'DELETE')),
]

/** Every answer there is. */
export const drives: readonly Drive[] = [
  ...common,
  ...forChallenges,
  ...forTokens,
  ...forCertificates,
  ...forOperators,
  ...elsewhere,
]
