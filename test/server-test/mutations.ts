import {
  constants,
  createHash,
  createHmac,
  createPublicKey,
  type KeyObject,
  publicDecrypt,
  verify,
  X509Certificate,
} from 'node:crypto'
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import type { PkiName } from '../../src/server-test/index.ts'
import { holderDigest, type SignedClaims, type TokenChallenge, tokenMessage } from '../../src/token/index.ts'
import {
  acceptance,
  type Handler,
  type Incoming,
  type Mutation,
  type Reply,
  refusal,
  type ServerState,
} from './server.ts'

/** Tokens as a broken server sees them. */
interface Seen {
  readonly token: Record<string, string>
  /** As the tool's own certificates are, readable or not. */
  readonly certificate: X509Certificate | undefined
  readonly hex: string
  readonly given: TokenChallenge | undefined
  readonly server: ServerState
  /** Whether the claims have a message that a card can sign. */
  readonly wellFormed: boolean
  /** Whether the key of the certificate signed these claims, RS256. */
  readonly signed: (claims?: Partial<SignedClaims>) => boolean
  readonly isKeyOf: (name: PkiName) => boolean
  readonly isIssuedBy: (name: PkiName) => boolean
}

const claimNames = ['format', 'origin', 'terminal', 'purpose', 'nonce'] as const
const basePoint = Buffer.from('09'.padEnd(64, '0'), 'hex').toString('base64url')

function messageIn(claims: SignedClaims): Uint8Array | undefined {
  try {
    return tokenMessage(claims)
  } catch {
    return undefined
  }
}

const isSigned = (message: Uint8Array | undefined, key: KeyObject, token: Record<string, string>): boolean =>
  message !== undefined && verify('sha256', message, key, bytesOf(token))

const yes = acceptance('anybody', 'evaluation-1', 'evaluation-1')

function tokenOf({ path, body }: Incoming): Record<string, string> | undefined {
  if (path !== '/v1/verifications') return undefined
  try {
    const token: unknown = JSON.parse(body.toString()).token
    const isToken =
      typeof token === 'object' &&
      token !== null &&
      typeof (token as Record<string, unknown>)['certificate'] === 'string'
    return isToken ? (token as Record<string, string>) : undefined
  } catch {
    return undefined
  }
}

function readOrNothing(der: Uint8Array): X509Certificate | undefined {
  try {
    return new X509Certificate(der)
  } catch {
    return undefined
  }
}

function see(token: Record<string, string>, server: ServerState): Seen {
  const der = Buffer.from(token['certificate']!, 'base64')
  const certificate = readOrNothing(der)
  const caKey = (name: PkiName): KeyObject =>
    new X509Certificate(server.prepared.pki.issued[name].certificate).publicKey
  const { format, origin, terminal, purpose, nonce, visitKey } = token as unknown as SignedClaims
  const claims = { format, origin, terminal, purpose, nonce, ...(visitKey !== undefined && { visitKey }) }
  return {
    token,
    certificate,
    hex: der.toString('hex').toUpperCase(),
    given: server.given.get(nonce),
    server,
    wellFormed: messageIn(claims) !== undefined,
    signed: (change = {}) =>
      certificate !== undefined && isSigned(messageIn({ ...claims, ...change }), certificate.publicKey, token),
    isKeyOf: (name) => certificate?.publicKey.equals(caKey(name)) ?? false,
    isIssuedBy: (name) => certificate?.verify(caKey(name)) ?? false,
  }
}

const bytesOf = (token: Record<string, string>): Buffer => Buffer.from(token['signature']!, 'base64')
const visitKeyOf = (token: Record<string, string>): Buffer => Buffer.from(token['visitKey'] ?? '', 'base64url')

/** A server that accepts what a check would have refused. */
const accepts =
  (wrong: (seen: Seen) => boolean): Mutation =>
  async (incoming, next, server) => {
    const token = tokenOf(incoming)
    return token !== undefined && wrong(see(token, server)) ? yes : next(incoming)
  }

/** A server that repairs what it should refuse. */
const repairs =
  (repaired: (seen: Seen) => Record<string, string> | undefined): Mutation =>
  async (incoming, next, server) => {
    const token = tokenOf(incoming)
    const better = token === undefined ? undefined : repaired(see(token, server))
    return next(better === undefined ? incoming : { ...incoming, body: Buffer.from(JSON.stringify({ token: better })) })
  }

/** A server that does not take a good token. */
const refuses =
  (good: (seen: Seen) => boolean, reply = refusal(422, 'ERR_CERTIFICATE_REFUSED')): Mutation =>
  async (incoming, next, server) => {
    const token = tokenOf(incoming)
    return token !== undefined && good(see(token, server)) ? reply : next(incoming)
  }

/** A server that rewrites bodies before it reads them. */
const rewrites =
  (better: (text: string, incoming: Incoming) => string | undefined): Mutation =>
  async (incoming, next) => {
    const text = incoming.path === '/v1/verifications' ? better(incoming.body.toString('latin1'), incoming) : undefined
    if (text === undefined) return next(incoming)
    const { 'x-too-large': _, ...rest } = incoming.headers
    const headers = { ...rest, 'content-type': 'application/json' }
    return next({ ...incoming, headers, body: Buffer.from(text, 'latin1') })
  }

const extension = { keyUsage: '03020520', serverAuth: '2B06010505070301', extendedKeyUsage: '0603551D25' }

/** An answer with something more in it. */
const amended = (reply: Reply, more: object): Reply => ({ ...reply, body: { ...(reply.body as object), ...more } })

/** Counts tokens with one nonce that come within 150 ms, and accepts all of them when there are so many. */
function acceptsCrowds(from: number, to: number): Mutation {
  const crowds = new Map<string, { size: number }>()
  return async (incoming, next) => {
    const nonce = tokenOf(incoming)?.['nonce']
    if (nonce === undefined) return next(incoming)
    const crowd = crowds.get(nonce) ?? { size: 0 }
    crowds.set(nonce, crowd)
    crowd.size += 1
    await sleep(150)
    crowds.delete(nonce)
    return crowd.size >= from && crowd.size <= to ? yes : next(incoming)
  }
}

function forgetsNothingAccepted(): Mutation {
  const accepted = new Map<string, Reply>()
  return async (incoming, next) => {
    const text = incoming.body.toString()
    const known = accepted.get(text)
    if (known !== undefined) return known
    const reply = await next(incoming)
    if (reply.status !== 200) return reply
    // Until those sent at the same moment have come too. Sender and server share one event loop, which has to look at its sockets
    // often enough, however busy the machine is.
    await sleep(200)
    for (let turn = 0; turn < 300; turn++) await nextTurn()
    accepted.set(text, reply)
    return reply
  }
}

function givesChallengesTwice(): Mutation {
  let open: { readonly key: string; readonly reply: Reply } | undefined
  return async (incoming, next) => {
    const key = incoming.body.toString()
    if (incoming.path !== '/v1/challenges') {
      open = undefined
      return next(incoming)
    }
    if (open?.key === key) return open.reply
    open = { key, reply: await next(incoming) }
    return open.reply
  }
}

function refusesFirst(): Mutation {
  let first = true
  return async (incoming, next) => {
    if (!first || tokenOf(incoming) === undefined) return next(incoming)
    first = false
    return refusal(422, 'ERR_CERTIFICATE_REFUSED')
  }
}

function stumblesAfterDrop(): Mutation {
  let stumbled = false
  return async (incoming, next) => {
    if (stumbled || incoming.headers['x-after-drop'] === undefined || tokenOf(incoming) === undefined) {
      return next(incoming)
    }
    stumbled = true
    return { status: 500, body: 'stumbled' }
  }
}

function diesAtTheEnd(): Mutation {
  let expired = 0
  return async (incoming, next, server) => {
    const token = tokenOf(incoming)
    const seen = token === undefined ? undefined : see(token, server)
    if (seen?.certificate !== undefined && new Date(seen.certificate.validTo) < new Date()) expired += 1
    // The case on refusals sends the second one, and a wrong signature after it.
    return expired >= 2 && seen?.signed() ? { status: 502, body: '' } : next(incoming)
  }
}

/** A token in work. */
interface Working {
  readonly token: Record<string, string>
  readonly incoming: Incoming
}

/** Names what is wrong in the acceptance of one token, given all that came within a tenth of a second. */
const mixes =
  (wrong: (own: Working, crowd: readonly Working[]) => object | undefined): (() => Mutation) =>
  () => {
    const crowd = new Set<Working>()
    return async (incoming, next) => {
      const token = tokenOf(incoming)
      if (token === undefined) return next(incoming)
      const own = { token, incoming }
      crowd.add(own)
      await sleep(100)
      const more = wrong(own, [...crowd])
      const reply = await next(incoming)
      crowd.delete(own)
      return more === undefined || reply.status !== 200 ? reply : amended(reply, more)
    }
  }

/** Names in each acceptance the holder of the one before. */
function namesTheOneBefore(): Mutation {
  let before = 'i'.repeat(43)
  return async (incoming, next) => {
    const reply = await next(incoming)
    if (tokenOf(incoming) === undefined || reply.status !== 200) return reply
    const named = amended(reply, { holder: before })
    before = (reply.body as { holder: string }).holder
    return named
  }
}

/** Once, gives the holder of an answer that was not read to the next request. */
function givesAwayDropped(): Mutation {
  let left: string | undefined
  let done = false
  return async (incoming, next) => {
    const reply = await next(incoming)
    if (tokenOf(incoming) === undefined || reply.status !== 200 || done) return reply
    await sleep(20)
    const { holder } = reply.body as { holder: string }
    if (incoming.gone()) left = holder
    else if (left !== undefined) {
      done = true
      return amended(reply, { holder: left })
    }
    return reply
  }
}

const algorithmIgnored = (name: string): Mutation =>
  repairs(({ token, signed }) =>
    token['algorithm'] === name && signed() ? { ...token, algorithm: 'RS256' } : undefined,
  )

const onlyPost =
  (reply: Reply, when: (incoming: Incoming) => boolean): Mutation =>
  async (incoming: Incoming, next: Handler) =>
    when(incoming) ? reply : next(incoming)

/** For each case, a server that is wrong in one respect and fails exactly that case. */
export const mutations: Readonly<Record<string, () => Mutation>> = {
  'accept-rs256': refusesFirst,
  'accept-ca-certificate': () =>
    refuses(({ token, isIssuedBy }) => token['caCertificate'] !== undefined && isIssuedBy('first')),
  'accept-second-generation': () => refuses(({ isIssuedBy }) => isIssuedBy('second')),
  'accept-ps256': () =>
    refuses(({ token, signed }) => token['algorithm'] === 'PS256' && !signed(), { status: 500, body: 'oops' }),
  'accept-same-holder': () => async (incoming, next) => {
    const reply = await next(incoming)
    const { nonce = '', certificate = '' } = tokenOf(incoming) ?? {}
    if (reply.status !== 200) return reply
    const holder = 'everybody'
    const bytes = [Buffer.from(nonce, 'base64url'), Buffer.from(certificate, 'base64')] as const
    return amended(reply, { holder, holderDigest: holderDigest(...bytes, holder) })
  },
  'accept-without-personal-data': () => async (incoming, next) => {
    const reply = await next(incoming)
    const token = tokenOf(incoming)
    if (token === undefined || reply.status !== 200) return reply
    return amended(reply, {
      serialNumber: new X509Certificate(Buffer.from(token['certificate']!, 'base64')).serialNumber,
    })
  },
  'accept-names-challenge': () => async (incoming, next) => {
    const reply = await next(incoming)
    return reply.status === 200 ? amended(reply, { holderDigest: undefined }) : reply
  },
  'challenge-form': () => async (incoming, next) => {
    const reply = await next(incoming)
    return reply.status === 201 ? amended(reply, { expiresAt: '2020-01-01T00:00:00Z' }) : reply
  },
  'challenge-fresh': givesChallengesTwice,
  'challenge-purpose-of-dots': () =>
    onlyPost({ status: 201, body: {} }, ({ path, body }) => path === '/v1/challenges' && body.includes('".."')),
  'challenge-bad-terminal': () =>
    onlyPost({ status: 201, body: {} }, ({ path, body }) => path === '/v1/challenges' && body.includes('forged')),

  'nonce-replayed': forgetsNothingAccepted,
  'nonce-burned': () =>
    refuses(
      ({ signed, wellFormed, token, given }) =>
        token['algorithm'] === 'RS256' &&
        wellFormed &&
        given !== undefined &&
        claimNames.every((name) => token[name] === given[name]) &&
        isOurs(token) &&
        !signed(),
      refusal(422, 'ERR_TOKEN_SIGNATURE'),
    ),
  'nonce-unknown': () => accepts(({ given, signed }) => given === undefined && signed()),
  'nonce-other-terminal': () =>
    accepts(
      ({ given, token, signed }) =>
        given?.terminal === 'evaluation-2' && token['terminal'] === 'evaluation-1' && signed(),
    ),
  'nonce-other-purpose': () =>
    accepts(
      ({ given, token, signed }) =>
        given?.purpose === 'evaluation-2' && token['purpose'] === 'evaluation-1' && signed(),
    ),
  'nonce-twice-at-once': () => acceptsCrowds(2, 2),
  'nonce-twenty-at-once': () => acceptsCrowds(3, 20),
  'nonce-expired': () =>
    accepts(({ given, signed }) => given !== undefined && Date.parse(given.expiresAt) < Date.now() && signed()),

  'origin-other': () => accepts(({ token, signed, server }) => token['origin'] !== server.origin && signed()),
  'terminal-other': () => accepts(({ token, signed }) => token['terminal'] === 'evaluation-2' && signed()),
  'purpose-other': () =>
    accepts(
      ({ token, given, signed }) =>
        token['purpose'] === 'evaluation-2' && given?.purpose === 'evaluation-1' && signed(),
    ),
  'origin-altered': () => accepts(({ signed }) => signed({ origin: 'https://elsewhere.invalid' }) && !signed()),
  'terminal-altered': () =>
    accepts(
      ({ signed, token }) =>
        isOurs(token) && token['terminal'] === 'evaluation-1' && !signed() && signed({ terminal: 'evaluation-2' }),
    ),
  'purpose-altered': () =>
    accepts(
      ({ signed, token }) =>
        isOurs(token) && token['purpose'] === 'evaluation-1' && !signed() && signed({ purpose: 'evaluation-2' }),
    ),
  'nonce-altered': () => accepts(({ signed }) => signed({ nonce: Buffer.alloc(32).toString('base64url') })),
  'format-other': () =>
    repairs(({ token }) =>
      token['format'] === 'jpki-card-token:3' ? { ...token, format: 'jpki-card-token:2' } : undefined,
    ),
  'visit-key-altered': () => accepts(({ signed }) => signed({ visitKey: basePoint }) && !signed()),
  'visit-key-missing': () =>
    accepts(({ token }) => token['format'] === 'jpki-card-token:2' && token['visitKey'] === undefined),
  'visit-key-31-bytes': () => accepts(({ token }) => visitKeyOf(token).length === 31),
  'visit-key-33-bytes': () => accepts(({ token }) => visitKeyOf(token).length === 33),
  'visit-key-zero': () => accepts(({ token }) => visitKeyOf(token).equals(Buffer.alloc(32))),
  'visit-key-small-order': () => accepts(({ token }) => visitKeyOf(token).toString('hex').startsWith('e0eb7a7c')),
  'visit-key-in-format-1': () =>
    accepts(({ token }) => token['format'] === 'jpki-card-token:1' && token['visitKey'] !== undefined),
  'format-1-not-served': () =>
    accepts(({ token }) => token['format'] === 'jpki-card-token:1' && token['visitKey'] === undefined),

  'certificate-for-signature': () =>
    accepts(({ certificate }) => certificate?.issuer.includes('digital signature') ?? false),
  'certificate-expired': () =>
    accepts(({ certificate }) => new Date(certificate?.validTo ?? '2100-01-01') < new Date()),
  'certificate-not-yet-valid': () => accepts(({ certificate }) => new Date(certificate?.validFrom ?? 0) > new Date()),
  'certificate-revoked': () => accepts(({ isKeyOf }) => isKeyOf('revoked-holder')),
  'certificate-revocation-unknown': () => accepts(({ isIssuedBy }) => isIssuedBy('stale')),
  'certificate-other-generation': () =>
    accepts(({ token, isIssuedBy }) => isIssuedBy('third') && token['caCertificate'] === undefined),
  'certificate-path-through-token': () =>
    accepts(({ token, isIssuedBy }) => isIssuedBy('third') && token['caCertificate'] !== undefined),
  'certificate-issued-by-holder': () =>
    accepts(({ token, isIssuedBy }) => isIssuedBy('other-holder') && token['caCertificate'] !== undefined),
  'certificate-forged': () =>
    accepts(({ token, isIssuedBy }) => isIssuedBy('other-holder') && token['caCertificate'] === undefined),
  'certificate-altered': () => accepts(({ certificate }) => certificate?.subject.includes('89999003A') ?? false),
  'certificate-self-signed': () =>
    accepts(
      ({ certificate }) => certificate !== undefined && certificate.issuer === certificate.subject && !certificate.ca,
    ),
  'certificate-of-test-hierarchy': () =>
    accepts(({ certificate }) => certificate?.issuer.includes('JPKI-TEST') ?? false),
  'certificate-of-ca': () => accepts(({ certificate }) => certificate?.ca ?? false),
  'certificate-of-another-key': () =>
    accepts(({ certificate, isKeyOf, signed }) => certificate !== undefined && isKeyOf('other-holder') && !signed()),
  'certificate-key-usage': () => accepts(({ hex }) => hex.includes(extension.keyUsage)),
  'certificate-extended-key-usage': () => accepts(({ hex }) => hex.includes(extension.serverAuth)),
  'certificate-no-extended-key-usage': () =>
    accepts(
      ({ hex, certificate, isIssuedBy }) =>
        !hex.includes(extension.extendedKeyUsage) && isIssuedBy('first') && !certificate!.ca,
    ),
  'certificate-policy': () => accepts(({ hex }) => hex.includes('2A83088C9B550805010963')),
  'certificate-critical-extension': () => accepts(({ hex }) => hex.includes('2B0601040181FD5901')),
  'certificate-sha1': () => accepts(({ hex }) => hex.includes('2A864886F70D010105')),
  'certificate-short-key': () =>
    accepts(({ certificate }) => certificate?.publicKey.asymmetricKeyDetails?.modulusLength === 1024),
  'certificate-trailing-byte': () =>
    repairs(({ token }) => {
      const der = Buffer.from(token['certificate']!, 'base64')
      const length = 4 + der.readUInt16BE(2)
      if (der.readUInt16BE(0) !== 0x3082 || length >= der.length) return undefined
      return { ...token, certificate: der.subarray(0, length).toString('base64') }
    }),
  'certificate-none': () => refuses(({ hex }) => /^(30)+$/.test(hex), { status: 500, body: 'parser failed' }),

  'signature-altered': () =>
    repairs(({ token }) => {
      const signature = bytesOf(token)
      if (signature.length !== 256) return undefined
      signature[100]! ^= 1
      const better = { ...token, signature: signature.toString('base64') }
      return isOurs(token) && signedWith(better) ? better : undefined
    }),
  'signature-truncated': () => accepts(({ token }) => bytesOf(token).length === 255),
  'signature-longer': () =>
    repairs(({ token }) => {
      const signature = bytesOf(token)
      return signature.length === 257
        ? { ...token, signature: signature.subarray(0, 256).toString('base64') }
        : undefined
    }),
  'signature-zeros': () => accepts(({ token }) => bytesOf(token).equals(Buffer.alloc(256))),
  'signature-of-another-message': () =>
    accepts(
      ({ token, certificate }) =>
        certificate !== undefined &&
        verify('sha256', Buffer.from('another message'), certificate.publicKey, bytesOf(token)),
    ),
  'signature-over-bare-nonce': () =>
    accepts(
      ({ token, certificate }) =>
        certificate !== undefined &&
        verify('sha256', Buffer.from(token['nonce']!, 'base64url'), certificate.publicKey, bytesOf(token)),
    ),
  'signature-bare-hash': () => accepts(({ token, certificate }) => isBareHash(token, certificate)),
  'algorithm-rs512': () => algorithmIgnored('RS512'),
  'algorithm-ps256': () => algorithmIgnored('PS256'),
  'algorithm-es256': () => algorithmIgnored('ES256'),
  'algorithm-none': () => accepts(({ token }) => token['algorithm'] === 'none'),
  'algorithm-hs256': () =>
    accepts(({ token, certificate }) => {
      if (token['algorithm'] !== 'HS256' || certificate === undefined) return false
      const key = certificate.publicKey.export({ format: 'der', type: 'spki' })
      const message = tokenMessage(token as unknown as SignedClaims)
      return createHmac('sha256', key).update(message).digest().equals(bytesOf(token))
    }),
  'algorithm-unknown': () => algorithmIgnored('XX256'),

  'body-oversized': () =>
    rewrites((text, { headers }) => (headers['x-too-large'] === undefined ? undefined : text.trimEnd())),
  'body-empty': () =>
    onlyPost({ status: 500, body: 'no body' }, ({ method, body }) => method === 'POST' && body.length === 0),
  'body-not-json': () => onlyPost(yes, ({ body }) => body.toString().startsWith('format=')),
  'body-other-shape': () =>
    rewrites((text) => (text.startsWith('[') ? `{"token":${text.substring(1, text.length - 1)}}` : undefined)),
  'body-unknown-field': () =>
    repairs(({ token }) => {
      const { trusted, ...rest } = token
      return trusted === undefined ? undefined : rest
    }),
  'body-duplicate-key': () =>
    rewrites((text) => (text.includes('"purpose":"another"') ? JSON.stringify(JSON.parse(text)) : undefined)),
  'body-content-type': () =>
    rewrites((text, { headers }) => (headers['content-type'] === 'text/plain' ? text : undefined)),
  'body-invalid-utf8': () =>
    rewrites((text) => (text.includes('\u00c1\u00aa') ? text.replaceAll('\u00c1\u00aa', 'j') : undefined)),
  'body-deeply-nested': () => onlyPost({ status: 500, body: 'stack' }, ({ body }) => body.includes('[[[[')),

  'connection-get': () => onlyPost(yes, ({ method }) => method === 'GET'),
  'connection-dropped': stumblesAfterDrop,
  'connection-slow-body': () => (incoming, next) => next(incoming),

  'mix-same-second': namesTheOneBefore,
  'mix-slow-senders': mixes(({ incoming }) => (incoming.slow ? { holder: 'someone' } : undefined)),
  'mix-dropped-connections': givesAwayDropped,
  'mix-two-purposes': mixes(({ token }, crowd) => {
    const other = crowd.find((one) => one.token['purpose'] !== token['purpose'])
    return other === undefined ? undefined : { purpose: other.token['purpose'] }
  }),
  'mix-one-holder': mixes(({ token: { certificate, terminal } }, crowd) => {
    const other = crowd.find(({ token }) => token['certificate'] === certificate && token['terminal'] !== terminal)
    return other === undefined ? undefined : { terminal: other.token['terminal'] }
  }),

  'refusals-without-personal-data': () => async (incoming, next) => {
    const reply = await next(incoming)
    const token = tokenOf(incoming)
    if (token === undefined || reply.status < 400) return reply
    return amended(reply, { received: token['certificate'] })
  },
  'accept-at-the-end': diesAtTheEnd,
}

/** Whether a certificate can be read and its key checked, so that only the signature is in question. */
function isOurs(token: Record<string, string>): boolean {
  try {
    return new X509Certificate(Buffer.from(token['certificate']!, 'base64')).subject.includes('99999003A')
  } catch {
    return false
  }
}

function signedWith(token: Record<string, string>): boolean {
  const { publicKey } = new X509Certificate(Buffer.from(token['certificate']!, 'base64'))
  return isSigned(messageIn(token as unknown as SignedClaims), publicKey, token)
}

function isBareHash(token: Record<string, string>, certificate: X509Certificate | undefined): boolean {
  try {
    const key = createPublicKey(certificate!.publicKey.export({ format: 'pem', type: 'spki' }))
    const found = publicDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, bytesOf(token))
    const message = tokenMessage(token as unknown as SignedClaims)
    return found.equals(createHash('sha256').update(message).digest())
  } catch {
    return false
  }
}
