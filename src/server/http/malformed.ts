import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { refusal } from './exchange.ts'
import { RequestProblem } from './problem.ts'

/** Ends the connection: bytes after a malformed request cannot be framed. */
const last = { connection: 'close' } as const

/** Headers that may occur once: two parsers could otherwise use different ones (request smuggling). */
const single: ReadonlySet<string> = new Set([
  'host',
  'content-type',
  'content-length',
  'transfer-encoding',
  'authorization',
])

/**
 * The framing problem of a request, if any: what Node's parser accepts although RFC 9112 does not, or what two servers
 * in a chain may interpret differently.
 *
 * @param maxHeaders - `Infinity` where the server itself limits them.
 */
export function frameProblem(incoming: IncomingMessage, maxHeaders: number): RequestProblem | undefined {
  const { headers, httpVersion, rawHeaders, url = '' } = incoming
  if (rawHeaders.length > 2 * maxHeaders) return malformed('too many headers')
  // The parser accepts 0.9 and 2.0 too, which are impossible here. RFC 9112 2.3.
  if (httpVersion !== '1.1' && httpVersion !== '1.0') return malformed('HTTP version')
  // RFC 9112 3.2: one, and for http and https never empty.
  if (headers.host === undefined ? httpVersion === '1.1' : headers.host === '') return malformed('missing host')
  const coding = headers['transfer-encoding']
  // RFC 9112 6.1: no other coding is supported, and HTTP/1.0 has none.
  if (coding !== undefined && (httpVersion === '1.0' || !/^chunked$/i.test(coding))) {
    return malformed('transfer coding')
  }
  const seen = new Set<string>()
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!.toLowerCase()
    if (single.has(name) && seen.size === seen.add(name).size) return malformed(`duplicate ${name}`)
    // A header folded over several lines: RFC 9112 5.2.
    if (/[\r\n\0]/.test(rawHeaders[i + 1]!)) return malformed('a header folded over several lines')
  }
  return isPlainTarget(url) ? undefined : malformed('its address')
}

/**
 * Whether the path of a request is in the one form that every parser reads alike: no empty segment, no dot segment, no
 * percent-encoding. All paths served here are.
 */
function isPlainTarget(target: string): boolean {
  const [, path = ''] = /^(?:https?:\/\/[^/?#]+)?([^?#]*)(?:\?[^#]*)?$/i.exec(target) ?? []
  return /^(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._~!$&'()*+,;=:@-]+)*\/?$/.test(path) && path !== ''
}

/** The problem for a malformed HTTP request. */
export function malformed(why: string): RequestProblem {
  return new RequestProblem('ERR_REQUEST', `malformed HTTP request: ${why}`, last)
}

/** Answers a request that is not passed to the handler. */
export function refuse(response: ServerResponse, problem: RequestProblem): void {
  const { status, headers, body } = refusal(problem)
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body ?? '') }).end(body)
}

/** Answers a request that Node's parser refused or timed out, and ends the connection. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Duplex, answering: boolean): void {
  const { code = '' } = error
  // Another response is under way, which this one would be taken for; or TLS or the network failed.
  if (answering || !socket.writable || !/^(HPE|ERR_HTTP)_/.test(code)) {
    socket.destroy()
    return
  }
  const { status, headers, body } = refusal(clientProblem(code))
  const lines = Object.entries({ ...headers, 'content-length': Buffer.byteLength(body ?? '') })
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head}\r\n${body}`, () => socket.destroy())
}

function clientProblem(code: string): RequestProblem {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return new RequestProblem('ERR_REQUEST_TIMEOUT', 'the request was not received in time', last)
  }
  return malformed(code === 'HPE_HEADER_OVERFLOW' ? 'headers too long' : 'syntax')
}
