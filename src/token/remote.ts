import { type RefusalCode, RefusalError, refusalCodes, ServerError } from '../errors.ts'
import { isSecure, parseChallenge, type TokenChallenge } from './challenge.ts'
import type { Token } from './token.ts'

/** How a terminal talks to an issuance server. */
export interface TokenServerOptions {
  /** Origin the token is made for. Default: that of the address; another one where a proxy stands between. */
  readonly origin?: string | undefined
  /** Longest wait for one answer, milliseconds. Default 15 000. */
  readonly timeoutMs?: number | undefined
  /** In place of the global `fetch`: client certificates, proxies. */
  readonly fetch?: typeof fetch | undefined
  readonly signal?: AbortSignal | undefined
}

/** What a server that accepts a token tells the terminal. Dates are ISO 8601, UTC. */
export interface RemoteAcceptance {
  /** Who: the same for one certificate at one server, and of no use elsewhere. */
  readonly holder: string
  readonly purpose: string
  readonly terminal: string
  readonly at: string
  /** Until when the certificate's whole path is valid. */
  readonly validUntil: string
}

/** Longest answer that is read, bytes. */
const maxAnswer = 65_536

/** An issuance server as a terminal sees it: ask for a challenge, have the card answer it, hand the token in. */
export class TokenServer {
  readonly #base: URL
  readonly #options: TokenServerOptions
  /** Origin tokens for this server are made for. */
  readonly origin: string

  /**
   * @param address - `https://…`; `http://` on this machine only.
   * @throws TypeError for another address.
   */
  constructor(address: string, options: TokenServerOptions = {}) {
    const base = new URL(address.endsWith('/') ? address : `${address}/`)
    if (!isSecure(base)) throw new TypeError('a server is reached by https; by http on this machine only')
    if (base.username !== '' || base.password !== '') throw new TypeError('an address has no user name and password')
    this.#base = base
    this.#options = options
    this.origin = options.origin ?? base.origin
  }

  /**
   * A challenge for one token.
   *
   * @throws RefusalError when the server refuses. @throws ServerError `ERR_SERVER` when it does not answer as it should.
   */
  async challenge(request: { readonly terminal: string; readonly purpose: string }): Promise<TokenChallenge> {
    const answer = await this.#post('v1/challenges', request)
    try {
      return parseChallenge(answer)
    } catch (cause) {
      throw new ServerError('the server gave no challenge', { cause })
    }
  }

  /** Hands a token in. @throws as {@link challenge}. */
  async verify(token: Token): Promise<RemoteAcceptance> {
    const answer = await this.#post('v1/verifications', { token })
    const texts = ['holder', 'purpose', 'terminal', 'at', 'validUntil'] as const
    if (!isRecord(answer) || answer['ok'] !== true || texts.some((name) => typeof answer[name] !== 'string')) {
      throw new ServerError('the server answered neither yes nor no')
    }
    const [holder, purpose, terminal, at, validUntil] = texts.map((name) => answer[name] as string) as [
      string,
      string,
      string,
      string,
      string,
    ]
    return { holder, purpose, terminal, at, validUntil }
  }

  async #post(path: string, body: unknown): Promise<unknown> {
    const { fetch: send = fetch, timeoutMs = 15_000, signal } = this.#options
    const limit = AbortSignal.timeout(timeoutMs)
    let status: number
    let text: string
    try {
      const response = await send(new URL(path, this.#base), {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json' },
        body: JSON.stringify(body),
        redirect: 'error',
        signal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
      })
      status = response.status
      text = await readBounded(response)
    } catch (cause) {
      const why = limit.aborted ? `no answer within ${timeoutMs / 1000} s` : 'it cannot be reached'
      throw new ServerError(`the server did not answer: ${why}`, { cause })
    }
    const answer = parse(text, status)
    if (status >= 200 && status < 300) return answer
    throw refusalOf(answer, status)
  }
}

async function readBounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += (chunk as Uint8Array).length
    if (size > maxAnswer) throw new RangeError('an answer too long')
    chunks.push(chunk as Uint8Array)
  }
  return new TextDecoder().decode(Buffer.concat(chunks))
}

function parse(text: string, status: number): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new ServerError(`the server answered ${status} with something that is not JSON`, { cause })
  }
}

/** The server's own refusal again, with texts of this side: what a server sends is not shown to people. */
function refusalOf(answer: unknown, status: number): RefusalError | ServerError {
  const error = isRecord(answer) && isRecord(answer['error']) ? answer['error'] : {}
  const code = refusalCodes.find((known): known is RefusalCode => known === error['code'])
  if (code === undefined) return new ServerError(`the server answered ${status} without a code known here`)
  return new RefusalError(code, `the server refused (HTTP ${status})`)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
