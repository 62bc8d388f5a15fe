import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { refusal } from './exchange.ts'
import { RequestProblem } from './problem.ts'

/** Ends the connection with it: what comes next on it has no meaning. */
const last = { connection: 'close' } as const

/** What is wrong with the frame of a request, if anything. RFC 9112 3.2. */
export function frameProblem(
  { headers, httpVersionMinor, rawHeaders }: IncomingMessage,
  maxHeaders: number,
): RequestProblem | undefined {
  if (rawHeaders.length > 2 * maxHeaders) return malformed('too many headers')
  if (headers.host === undefined && httpVersionMinor > 0) return malformed('no host is named')
  return undefined
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
