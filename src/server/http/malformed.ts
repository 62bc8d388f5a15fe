import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { refusal } from './exchange.ts'
import { RequestProblem } from './problem.ts'

/** Ends the connection with it: what comes next on it has no meaning. */
const last = { connection: 'close' } as const

/** Headers that a request has once: two readers could otherwise take two of them. */
const single: ReadonlySet<string> = new Set([
  'host',
  'content-type',
  'content-length',
  'transfer-encoding',
  'authorization',
])

/**
 * What is wrong with the frame of a request, if anything: what Node's parser lets pass and RFC 9112 does not, or what two
 * servers on the way may take in two ways.
 *
 * @param maxHeaders - `Infinity` where the server itself bounds them.
 */
export function frameProblem(incoming: IncomingMessage, maxHeaders: number): RequestProblem | undefined {
  const { headers, httpVersion, rawHeaders, url = '' } = incoming
  if (rawHeaders.length > 2 * maxHeaders) return malformed('too many headers')
  // The parser knows 0.9 and 2.0 too, in which this message cannot be. RFC 9112 2.3.
  if (httpVersion !== '1.1' && httpVersion !== '1.0') return malformed('its version')
  // RFC 9112 3.2: one, and for http and https never empty.
  if (headers.host === undefined ? httpVersion === '1.1' : headers.host === '') return malformed('no host is named')
  const coding = headers['transfer-encoding']
  // RFC 9112 6.1: no other coding is understood here, and in HTTP/1.0 there is none.
  if (coding !== undefined && (httpVersion === '1.0' || !/^chunked$/i.test(coding))) {
    return malformed('its transfer coding')
  }
  const seen = new Set<string>()
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!.toLowerCase()
    if (single.has(name) && seen.size === seen.add(name).size) return malformed(`${name} more than once`)
    // What was folded over two lines: RFC 9112 5.2.
    if (/[\r\n\0]/.test(rawHeaders[i + 1]!)) return malformed('a header of several lines')
  }
  return isPlainTarget(url) ? undefined : malformed('its address')
}

/**
 * Whether the path of a request is written in the one form in which every reader takes it alike: no empty segment, no dot
 * segment, nothing encoded. All paths served here are.
 */
function isPlainTarget(target: string): boolean {
  const [, path = ''] = /^(?:https?:\/\/[^/?#]+)?([^?#]*)(?:\?[^#]*)?$/i.exec(target) ?? []
  return /^(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._~!$&'()*+,;=:@-]+)*\/?$/.test(path) && path !== ''
}

/** A request that is none in HTTP. */
export function malformed(why: string): RequestProblem {
  return new RequestProblem('ERR_REQUEST', `not a request in HTTP: ${why}`, last)
}

/** Answers a request that is not handed on. */
export function refuse(response: ServerResponse, problem: RequestProblem): void {
  const { status, headers, body } = refusal(problem)
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body ?? '') }).end(body)
}

/** Answers what Node's parser refused, or waited for too long, and ends the connection. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Duplex, answering: boolean): void {
  const { code = '' } = error
  // Another answer is under way, for which this one would be taken; or it is TLS or the network that failed.
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
    return new RequestProblem('ERR_REQUEST_TIMEOUT', 'the request did not come in time', last)
  }
  return malformed(code === 'HPE_HEADER_OVERFLOW' ? 'the headers are too long' : 'its form')
}
