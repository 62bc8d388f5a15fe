import { randomBytes } from 'node:crypto'
import { copyBytes, equalBytes, readBounded } from '../../bytes.ts'
import { DerReader, readInteger, readSmallInteger, tags } from '../../der/index.ts'
import { DecodeError, RefusalError } from '../../errors.ts'
import { digestLength } from '../../pki/index.ts'
import { longestTimer, withinTime } from '../../waiting.ts'
import type { TimestampReport } from '../report.ts'
import { type DocumentHash, documentHashes } from '../signer.ts'
import type { TimestampTrust } from '../trust.ts'
import { cmsOf, cmsParts, withUnsigned } from './edit.ts'
import { integer, octets, oid, sequence, unsigned } from './encode.ts'
import { attribute, digestAlgorithm, digestOf } from './make.ts'
import { oids } from './oids.ts'
import { readSignedData } from './structure.ts'
import { readTimestampInfo, verifyTimestamp } from './timestamp-token.ts'

/** What a timestamp is asked for. */
export interface TimestampRequestOptions {
  readonly hash: DocumentHash
  /** Of what gets the time, by that hash. */
  readonly digest: Uint8Array
  /** Policy that is asked for, as object identifier; the token must be of it. */
  readonly policy?: string | undefined
}

/** A TimeStampReq. */
export interface TimestampRequest extends TimestampRequestOptions {
  readonly der: Uint8Array
  /** Content of the INTEGER: 128 random bits. */
  readonly nonce: Uint8Array
}

/**
 * Makes a TimeStampReq with a nonce, which asks for the certificate of the authority. RFC 3161 2.4.1.
 *
 * @throws TypeError, RangeError naming the option that is not as described.
 */
export function createTimestampRequest(options: TimestampRequestOptions): TimestampRequest {
  const { hash, policy } = options
  if (!documentHashes.includes(hash)) throw new TypeError('hash must be SHA-256, SHA-384 or SHA-512')
  const digest = copyBytes(options.digest)
  if (digest.length !== digestLength[hash]) throw new RangeError(`a ${hash} digest has ${digestLength[hash]} bytes`)
  const number = unsigned(randomBytes(16))
  const imprint = sequence(digestAlgorithm(hash), octets(digest))
  const certReq = Uint8Array.of(tags.boolean, 1, 0xff)
  const der = sequence(integer(1), imprint, ...(policy === undefined ? [] : [oid(policy)]), number, certReq)
  return { hash, digest, policy, der, nonce: readInteger(new DerReader(number)) }
}

/** A timestamp token that answers a request. */
export interface Timestamp {
  /** ContentInfo, DER. */
  readonly token: Uint8Array
  readonly time: Date
  readonly report: TimestampReport
}

/** How a response is accepted. */
export interface TimestampAcceptance {
  /** Authorities that are accepted. Without it any whose token is right: the reader of the document decides. */
  readonly trust?: TimestampTrust | undefined
  /** The time of the verification. Default: now. */
  readonly at?: Date | undefined
  /** How far the time of the token may be from `at`, milliseconds. Default 5 minutes. */
  readonly skewMs?: number | undefined
}

/**
 * Reads the response to a request, and verifies the token: signature, certificate of the authority and its use, imprint, nonce,
 * policy and time.
 *
 * @throws RefusalError `ERR_TIMESTAMP` with its reason: `status`, `format`, `nonce`, `imprint`, `policy`, `time`, `token`.
 * @see RFC 3161 2.4.2, RFC 5816
 */
export async function parseTimestampResponse(
  response: Uint8Array,
  request: TimestampRequest,
  { trust, at = new Date(), skewMs = 5 * 60_000 }: TimestampAcceptance = {},
): Promise<Timestamp> {
  const token = readResponse(response)
  let info: ReturnType<typeof readTimestampInfo>
  try {
    info = readTimestampInfo(readSignedData(token).content ?? new Uint8Array())
  } catch (cause) {
    if (!(cause instanceof DecodeError)) throw cause
    throw refusal('format', cause.message, cause)
  }
  if (info.nonce === undefined || !equalBytes(info.nonce, request.nonce)) throw refusal('nonce', 'another nonce')
  if (info.hash !== request.hash || !equalBytes(info.imprint, request.digest))
    throw refusal('imprint', 'another imprint')
  if (request.policy !== undefined && info.policy !== request.policy) throw refusal('policy', 'another policy')
  if (Math.abs(info.time.getTime() - at.getTime()) > skewMs)
    throw refusal('time', 'a time far from that of the request')
  const { report } = await verifyTimestamp(token, {
    digest: () => request.digest,
    // A clock of the authority that is ahead within the limit is not one of the future.
    trust: { anchors: [], revocation: { mode: 'none' }, at: info.time > at ? info.time : at, timestamps: trust },
    embedded: { certificates: [] },
  })
  const unknown = trust === undefined && report.subIndication === 'NO_CERTIFICATE_CHAIN_FOUND'
  if (report.indication !== 'TOTAL-PASSED' && !unknown) {
    throw refusal('token', report.problems.map(({ id }) => id).join(', '))
  }
  return { token, time: info.time, report }
}

/** TimeStampResp: the token of a response with status granted, or granted with modifications. */
function readResponse(bytes: Uint8Array): Uint8Array {
  try {
    const outer = new DerReader(bytes)
    const response = outer.enter(tags.sequence)
    outer.finish()
    const info = response.enter(tags.sequence)
    const status = readSmallInteger(info)
    if (info.nextTag === tags.sequence) info.read()
    const failure = info.nextTag === tags.bitString ? info.value(info.read()) : undefined
    info.finish()
    if (status !== 0 && status !== 1) {
      throw refusal(
        'status',
        `status ${status}${failure === undefined ? '' : `, failure ${Buffer.from(failure).toString('hex')}`}`,
      )
    }
    const token = copyBytes(response.raw(response.read(tags.sequence)))
    response.finish()
    return token
  } catch (cause) {
    if (!(cause instanceof DecodeError)) throw cause
    throw refusal('format', cause.message, cause)
  }
}

function refusal(reason: string, message: string, cause?: unknown): RefusalError {
  return new RefusalError('ERR_TIMESTAMP', `no timestamp: ${reason}: ${message}`, { reason, cause })
}

/** Gives a timestamp token for a digest. */
export type TimestampSource = (digest: Uint8Array, hash: DocumentHash) => Promise<Timestamp>

/** Options of {@link timestampHttpSource}. */
export interface TimestampHttpOptions extends TimestampAcceptance {
  /** `http` or `https`: a token is signed. User name and password go into `headers`. */
  readonly url: string
  readonly policy?: string | undefined
  /** As an authority asks for: `authorization`. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Timeout of the whole exchange, milliseconds. Default 10 000. */
  readonly timeoutMs?: number | undefined
  /** Longest response, bytes. Default 64 KiB. */
  readonly maxBytes?: number | undefined
  /** Default: the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch | undefined
}

/**
 * A timestamp authority over HTTP. It learns the digest, and nothing else of the document. No redirect is followed.
 *
 * @throws TypeError, RangeError naming the option that is not as described.
 * @returns a source that throws RefusalError `ERR_TIMESTAMP`; its reason is `unreachable`, or that of {@link parseTimestampResponse}.
 * @see RFC 3161 3.4
 */
export function timestampHttpSource(options: TimestampHttpOptions): TimestampSource {
  const { timeoutMs = 10_000, maxBytes = 65_536, policy, headers } = options
  const url = new URL(options.url)
  const isWeb = url.protocol === 'http:' || url.protocol === 'https:'
  if (!isWeb || url.username !== '' || url.password !== '') {
    throw new TypeError('url must be an http or https address without credentials')
  }
  if (!(timeoutMs >= 1 && timeoutMs <= longestTimer)) throw new RangeError(`timeoutMs must be 1 to ${longestTimer}`)
  if (!Number.isSafeInteger(maxBytes) || maxBytes < 1) throw new RangeError('maxBytes must be a whole number from 1')
  return async (digest, hash) => {
    const request = createTimestampRequest({ hash, digest, policy })
    const control = new AbortController()
    const late = () => refusal('unreachable', `no response within ${timeoutMs} ms`)
    const exchange = async (): Promise<Uint8Array> => {
      const send = options.fetch ?? globalThis.fetch
      const answer = await send(url.href, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/timestamp-query', accept: 'application/timestamp-reply' },
        body: new Uint8Array(request.der),
        redirect: 'manual',
        signal: control.signal,
      }).catch((cause: unknown) => {
        throw refusal('unreachable', 'no response', cause)
      })
      if (answer.status !== 200) throw refusal('unreachable', `HTTP ${answer.status}`)
      const type = (answer.headers.get('content-type') ?? '').split(';')[0]!.trim().toLowerCase()
      if (type !== 'application/timestamp-reply') throw refusal('unreachable', 'not application/timestamp-reply')
      if (answer.body === null) return new Uint8Array()
      const body = await readBounded(answer.body, maxBytes, control.signal).catch((cause: unknown) => {
        throw refusal('unreachable', 'the response broke off', cause)
      })
      if (body === undefined) throw refusal('unreachable', `a response of more than ${maxBytes} bytes`)
      return body
    }
    let body: Uint8Array
    try {
      body = await withinTime(exchange(), timeoutMs, late)
    } finally {
      control.abort()
    }
    return parseTimestampResponse(body, request, options)
  }
}

/** Which signature of a CMS gets a timestamp. */
export interface AddTimestampOptions {
  /** Position of the signer. Default 0. */
  readonly signer?: number | undefined
  /** Hash of the imprint. Default SHA-256. */
  readonly hash?: DocumentHash | undefined
}

/**
 * Adds a timestamp of a signature value to a CMS: CAdES-B-T, PAdES-B-T. Nothing that is signed changes.
 *
 * Whatever the source is, its token is verified before it is added: imprint, signature, certificate and its use.
 *
 * @throws RefusalError `ERR_TIMESTAMP` as the source does; `imprint` for a token of something else, `token` for one that is not right.
 * @throws DecodeError `ERR_DER` for a CMS that is none. RangeError for a signer it does not have.
 * @see RFC 3161 appendix A, ETSI EN 319 122-1 5.3
 */
export async function addTimestamp(
  cms: Uint8Array,
  source: TimestampSource,
  { signer = 0, hash = 'SHA-256' }: AddTimestampOptions = {},
): Promise<Uint8Array> {
  const info = readSignedData(cms).signers[signer]
  if (info === undefined) throw new RangeError(`the CMS has no signer ${signer}`)
  const digest = digestOf(hash, info.signature)
  const { token } = await source(digest, hash)
  await requireToken(token, (imprintHash) => digestOf(imprintHash, info.signature))
  const parts = cmsParts(cms)
  const signers = parts.signers.map((one, i) =>
    i === signer ? withUnsigned(one, attribute(oids.signatureTimestamp, token)) : one,
  )
  return cmsOf({ ...parts, signers })
}

/** Whether a token is about this digest, and right in itself. Whose it is, is for the reader of the document. */
async function requireToken(token: Uint8Array, digest: (hash: DocumentHash) => Uint8Array): Promise<void> {
  if (!(token instanceof Uint8Array)) throw new TypeError('a timestamp source must return the token as bytes')
  const { report } = await verifyTimestamp(token, {
    digest,
    trust: { anchors: [], revocation: { mode: 'none' } },
    embedded: { certificates: [] },
  })
  const problems = report.problems.map(({ id }) => id)
  if (problems.includes('timestamp-imprint')) throw refusal('imprint', 'another imprint')
  if (report.subIndication !== 'NO_CERTIFICATE_CHAIN_FOUND') throw refusal('token', problems.join(', '))
}
