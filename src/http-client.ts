import { readBounded } from './bytes.ts'
import { type RefusalCode, RefusalError, refusalCodes, ServerError } from './errors.ts'
import { hasDuplicateName, isRecord } from './json.ts'
import { outcomeOf } from './outcomes.ts'

/** Whether secrets may be sent to a URL: `https`, or `http` on the same machine. */
export function isSecure({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || (protocol === 'http:' && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname))
}

/** A URL that {@link isSecure}, without user name and password. @throws TypeError for another one. */
export function secureUrl(address: string): URL {
  const url = new URL(address)
  if (!isSecure(url)) throw new TypeError('the address must be https, or http on the local machine')
  if (url.username !== '' || url.password !== '') {
    throw new TypeError('the address must not contain a user name or password')
  }
  return url
}

/** Whether a text is a URL as {@link secureUrl} takes it. */
export function isSecureAddress(text: string): boolean {
  try {
    secureUrl(text)
    return true
  } catch {
    return false
  }
}

/** Whether a text may be a bearer token: 16 to 512 visible ASCII characters. */
export function isBearerToken(text: string): boolean {
  return /^[\x21-\x7e]{16,512}$/.test(text)
}

/** Options of {@link exchangeJson}. */
export interface JsonExchange {
  /** Sent as a POST; without it a GET. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Longest response, bytes. */
  readonly maxBytes: number
  /** Longest wait for the whole response, milliseconds. Default: none but `signal`. */
  readonly timeoutMs?: number | undefined
  readonly signal?: AbortSignal | undefined
  /** Replaces the global `fetch`. */
  readonly fetch?: typeof fetch | undefined
  /** Whether a name may occur more than once in an object of the response. Default true. */
  readonly allowDuplicates?: boolean | undefined
}

/**
 * One HTTP exchange with JSON bodies; no redirect is followed.
 *
 * @throws ServerError `ERR_SERVER` without a complete response, in time, that is JSON; with its `status` when it had one.
 */
export async function exchangeJson(
  url: URL,
  { body, headers, maxBytes, timeoutMs, signal, fetch: send = fetch, allowDuplicates = true }: JsonExchange,
): Promise<{ readonly status: number; readonly answer: unknown }> {
  const limit = timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs)
  const ends = [limit, signal].filter((one) => one !== undefined)
  const ended = ends.length > 1 ? AbortSignal.any(ends) : ends[0]
  let status: number | undefined
  let text: string
  try {
    const response = await send(url, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        accept: 'application/json, application/problem+json',
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      redirect: 'error',
      ...(ended !== undefined && { signal: ended }),
    })
    status = response.status
    const bytes = response.body === null ? new Uint8Array() : await readBounded(response.body, maxBytes, ended)
    if (bytes === undefined) throw new RangeError('response too long')
    text = new TextDecoder().decode(bytes)
  } catch (cause) {
    const why = status === undefined ? 'unreachable' : 'incomplete or too long'
    const late = `no response within ${Number(timeoutMs) / 1000} s`
    throw new ServerError(`no response from the server: ${limit?.aborted ? late : why}`, { cause, status })
  }
  let answer: unknown
  try {
    answer = JSON.parse(text)
  } catch (cause) {
    throw new ServerError(`the server responded ${status} with a body that is not JSON`, { cause, status })
  }
  if (!allowDuplicates && hasDuplicateName(text)) {
    throw new ServerError(`the server responded ${status} with a duplicate name`, { status })
  }
  return { status, answer }
}

/** Options of a connection to an issuance server. */
export interface ServerConnectionOptions {
  readonly timeoutMs?: number | undefined
  readonly fetch?: typeof fetch | undefined
  readonly signal?: AbortSignal | undefined
  /** Bearer token. Default: none is sent. */
  readonly token?: string | undefined
}

/** What a request expects. */
export interface ExpectedAnswer {
  /** Status of the answer that accepts. */
  readonly status: number
  /** Codes it may be refused with. */
  readonly refusals: readonly RefusalCode[]
  /** Digests a refusal may name: that of the request's challenge; `undefined` where it may name none. Default: none. */
  readonly digests?: readonly unknown[] | undefined
  /** The case a refusal has to name. Default: none. */
  readonly case?: string | undefined
  /** Longest response, bytes. Default 65 536. */
  readonly maxBytes?: number | undefined
  /** Ends this request only. */
  readonly signal?: AbortSignal | undefined
}

/** Codes an issuance server answers with. */
const answered: readonly RefusalCode[] = refusalCodes.filter(
  (code) => outcomeOf(code).status !== undefined && code !== 'ERR_INTERNAL',
)

/** Requests to an issuance server, whose refusals become errors of this package. */
export class ServerConnection {
  /** Ends with a slash. */
  readonly base: URL
  readonly #options: ServerConnectionOptions

  /** @throws TypeError for an address that is not `https`, or `http` on the local machine. */
  constructor(address: string, options: ServerConnectionOptions) {
    this.base = secureUrl(address.endsWith('/') ? address : `${address}/`)
    this.#options = options
  }

  /**
   * @param path - below the address, without a leading slash.
   * @param body - sent as a POST; without it a GET.
   * @returns the body of the answer.
   * @throws RefusalError when the server refuses; `ERR_ANSWER_MISMATCH` for a refusal of another request.
   * @throws ServerError `ERR_SERVER` when the server does not respond, or not correctly.
   */
  async ask(path: string, body: unknown, expected: ExpectedAnswer): Promise<unknown> {
    const { fetch, timeoutMs = 15_000, signal, token } = this.#options
    const ends = [signal, expected.signal].filter((one) => one !== undefined)
    const { status, answer } = await exchangeJson(new URL(path, this.base), {
      body,
      ...(token !== undefined && { headers: { authorization: `Bearer ${token}` } }),
      fetch,
      timeoutMs,
      maxBytes: expected.maxBytes ?? 65_536,
      signal: ends.length > 1 ? AbortSignal.any(ends) : ends[0],
    })
    if (status === expected.status) return answer
    throw refusalOf(answer, status, expected)
  }
}

/** The error for a response that belongs to another transaction. */
export function mismatch(message: string): RefusalError {
  return new RefusalError('ERR_ANSWER_MISMATCH', `response of another transaction: ${message}`)
}

/** The server's refusal, with texts of this package: texts of a server are not shown to people. */
function refusalOf(answer: unknown, status: number, expected: ExpectedAnswer): RefusalError | ServerError {
  const problem = isRecord(answer) ? answer : {}
  const code = answered.find((known) => known === problem['code'])
  if (code === undefined || status < 400) {
    return new ServerError(`the server responded ${status} without a known error code`, { status })
  }
  const { challengeDigest: named, case: about, check, depth, triesLeft } = problem
  const { digests = [undefined], refusals } = expected
  if (!digests.includes(named)) return mismatch('challengeDigest: of another challenge')
  if (about !== expected.case) return mismatch('case: another one')
  if (!refusals.includes(code)) return mismatch('code: refusal of another request')
  return new RefusalError(code, `the server refused (HTTP ${status})`, {
    check: typeof check === 'string' && /^[a-z]+(-[a-z]+){0,3}$/.test(check) ? check.substring(0, 40) : undefined,
    depth: isWithin(depth, 99) ? depth : undefined,
    triesLeft: isWithin(triesLeft, 15) ? triesLeft : undefined,
  })
}

/** Whether a value is an integer from 0 to `most`. */
function isWithin(value: unknown, most: number): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= most
}
