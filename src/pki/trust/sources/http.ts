import { readBounded } from '../../../bytes.ts'
import { withinTime } from '../../../waiting.ts'
import type { Certificate } from '../../x509/index.ts'
import { byteLimit, codeOf, sizeText, spanText, timeout, Unavailable } from './limits.ts'

/** Addresses of a source over HTTP: `url`, `allow`, or both. */
export interface AddressOptions {
  /**
   * The address, or a function that returns it for a certificate; `undefined` falls back to the addresses in the
   * certificate. Need not be among the allowed origins.
   */
  readonly url?: string | ((certificate: Certificate, issuer: Certificate) => string | undefined) | undefined
  /**
   * Allowed origins, such as `http://crl.example`, of addresses in certificates. No default: without it no address of a
   * certificate is used, so that a certificate cannot make a server call arbitrary hosts (SSRF).
   */
  readonly allow?: readonly string[] | undefined
}

/** Limits per certificate: groups of addresses, and attempts within a group. */
const most = { groups: 8, tries: 4 }

/** Chooses addresses. */
export class Addresses {
  readonly #url: AddressOptions['url']
  readonly #allow: ReadonlySet<string>
  readonly #named: (certificate: Certificate) => readonly (readonly string[])[]

  /**
   * @param named - URIs in the certificate: one of each group is required.
   * @throws TypeError without `url` and `allow`, or for an invalid one.
   */
  constructor({ url, allow }: AddressOptions, named: (certificate: Certificate) => readonly (readonly string[])[]) {
    if (url === undefined && allow === undefined) throw new TypeError('an address or allowed origins must be given')
    if (url !== undefined && typeof url !== 'function' && usable(url) === undefined) {
      throw new TypeError('url must be an http or https address without credentials')
    }
    if (allow !== undefined && !Array.isArray(allow)) throw new TypeError('allow must be an array of origins')
    this.#url = url
    this.#allow = new Set(allow?.map(originOf))
    this.#named = named
  }

  /** Groups of addresses to query, none empty. @throws Unavailable without any address. */
  of(certificate: Certificate, issuer: Certificate): readonly (readonly URL[])[] {
    const text = typeof this.#url === 'function' ? this.#url(certificate, issuer) : this.#url
    if (text !== undefined) {
      const given = usable(text)
      if (given === undefined) throw new Unavailable('the address given is not one of http or https')
      return [[given]]
    }
    const named = this.#named(certificate)
      .map((group) => group.flatMap((uri) => usable(uri) ?? []))
      .filter((group) => group.length > 0)
    if (named.length === 0) throw new Unavailable('the certificate names no address of http or https')
    const allowed = named
      .map((group) => group.filter(({ origin }) => this.#allow.has(origin)).slice(0, most.tries))
      .filter((group) => group.length > 0)
    if (allowed.length === 0) throw new Unavailable('no origin the certificate names is allowed')
    return allowed.slice(0, most.groups)
  }
}

function usable(text: unknown): URL | undefined {
  if (typeof text !== 'string' || !URL.canParse(text)) return undefined
  const url = new URL(text)
  url.hash = ''
  const http = url.protocol === 'http:' || url.protocol === 'https:'
  return http && url.username === '' && url.password === '' ? url : undefined
}

function originOf(text: unknown): string {
  const url = usable(text)
  if (url === undefined || url.pathname !== '/' || url.search !== '') {
    throw new TypeError('allow must hold origins such as https://crl.example')
  }
  return url.origin
}

/** HTTP options of a source. */
export interface HttpOptions {
  /** Default: the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch | undefined
  /** Timeout of the whole exchange, body included, milliseconds. Default 10 000. */
  readonly timeoutMs?: number | undefined
  /** Longest body, counted after any decompression. */
  readonly maxBytes?: number | undefined
}

/** An HTTP request. */
interface Exchange {
  readonly method: 'GET' | 'POST'
  readonly headers: Readonly<Record<string, string>>
  readonly body?: NonNullable<RequestInit['body']>
  /** Required media type of the response. */
  readonly answer?: string
}

/** Errors without a response, as when a server closes a keep-alive connection. */
const unanswered: ReadonlySet<string | undefined> = new Set([
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EPIPE',
  'UND_ERR_SOCKET',
])

/**
 * HTTP exchanges limited in time and memory, without redirects. A request without a response is sent once more within
 * the same timeout: the requests here are idempotent.
 */
export class Http {
  readonly #fetch: typeof globalThis.fetch
  readonly #timeoutMs: number
  readonly #maxBytes: number

  /** @throws TypeError, RangeError naming the option that is not as described. */
  constructor(options: HttpOptions, maxBytes: number) {
    this.#fetch = options.fetch ?? globalThis.fetch
    if (typeof this.#fetch !== 'function') throw new TypeError('fetch must be a function')
    this.#timeoutMs = timeout('timeoutMs', options.timeoutMs, 10_000)
    this.#maxBytes = byteLimit('maxBytes', options.maxBytes, maxBytes)
  }

  /** Body of a response with status 200. @throws Unavailable */
  async body(address: URL, exchange: Exchange): Promise<Uint8Array> {
    const control = new AbortController()
    const late = () => new Unavailable(`no answer within ${spanText(this.#timeoutMs)}`)
    try {
      return await withinTime(this.#exchange(address, exchange, control.signal), this.#timeoutMs, late)
    } finally {
      control.abort()
    }
  }

  async #exchange(address: URL, { answer, ...init }: Exchange, signal: AbortSignal): Promise<Uint8Array> {
    const call = this.#fetch
    const send = (): Promise<Response> => call(address.href, { ...init, signal, redirect: 'manual' })
    const again = (error: unknown): Promise<Response> => {
      if (signal.aborted || !unanswered.has(failureCode(error))) throw error
      return send()
    }
    let response: Response
    try {
      response = await send().catch(again)
    } catch (error) {
      throw new Unavailable(`no answer${coded(error)}`, { cause: error })
    }
    if (isRedirect(response)) throw new Unavailable('a redirect, which is not followed')
    if (response.status !== 200) throw new Unavailable(`HTTP ${response.status}`)
    const type = (response.headers.get('content-type') ?? '').split(';')[0]!.trim().toLowerCase()
    if (answer !== undefined && type !== answer) throw new Unavailable(`an answer that is not ${answer}`)
    if (response.body === null) return new Uint8Array()
    const body = await readBounded(response.body, this.#maxBytes, signal).catch((cause: unknown) => {
      throw new Unavailable(`the answer broke off${coded(cause)}`, { cause })
    })
    if (body === undefined) throw new Unavailable(`larger than ${sizeText(this.#maxBytes)}`)
    return body
  }
}

/** Node.js returns an unfollowed redirect as is; by the Fetch standard it is a response of type opaqueredirect. */
function isRedirect({ status, type }: Response): boolean {
  return type === 'opaqueredirect' || [301, 302, 303, 307, 308].includes(status)
}

function coded(error: unknown): string {
  const code = failureCode(error)
  return code === undefined ? '' : `: ${code}`
}

function failureCode(error: unknown): string | undefined {
  return codeOf(error instanceof Error ? error.cause : undefined) ?? codeOf(error)
}
