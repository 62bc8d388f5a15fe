import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'

/** A token as JSON, valid or not. */
export type Claimed = Record<string, string>

/** Response of a server to one request. */
export type Answer =
  | {
      readonly kind: 'answer'
      readonly status: number
      readonly contentType: string
      /** Seconds of Retry-After, when it has one. */
      readonly retryAfter: number | undefined
      /** Decoded leniently. Untrusted. */
      readonly text: string
      /** The text as JSON; `undefined` when it is not JSON. */
      readonly json: unknown
      readonly durationMs: number
    }
  | {
      readonly kind: 'silence'
      /** `endless`: more bytes than are read. */
      readonly why: 'timeout' | 'closed' | 'unreachable' | 'endless'
      readonly durationMs: number
    }

/** The stable code in the body of a problem (RFC 9457), when it has one in the form of a code. */
export function codeOf(answer: Answer): string | undefined {
  if (answer.kind === 'silence') return undefined
  const code = field(answer.json, 'code')
  return typeof code === 'string' && /^ERR_[A-Z0-9_]{1,60}$/.test(code) ? code : undefined
}

/** An own field of a value, if that is an object. */
export function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
  return (value as Record<string, unknown>)[name]
}

/** A short summary of an answer: status and code only, no text of the server. */
export function summaryOf(answer: Answer): string {
  if (answer.kind === 'silence') return answer.why
  const code = codeOf(answer)
  return code === undefined ? String(answer.status) : `${answer.status} ${code}`
}

/** One request, and how its body is sent. */
export interface Sending {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array | undefined
  /** Longest wait for the whole answer, milliseconds. */
  readonly timeoutMs: number
  /** Sends one byte per second instead of all at once. */
  readonly slowly?: boolean | undefined
  /** Sends the body in eight pieces, 30 ms apart. */
  readonly inPieces?: boolean | undefined
  /** Sends the whole body and drops the connection at once: no answer is waited for. */
  readonly dropAfter?: boolean | undefined
  /** Sends half the body and drops the connection: no answer is waited for. */
  readonly dropHalfway?: boolean | undefined
  /** Longest answer that is read, bytes. Default 65 536. */
  readonly maxBytes?: number | undefined
  /** Ends the wait early, as if the connection had been closed. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Sends one request on a connection of its own. Redirects are not followed; time and bytes are bounded, whatever the
 * server does. Never throws.
 */
export function send(url: URL, sending: Sending): Promise<Answer> {
  const begun = performance.now()
  const { method, headers, body = new Uint8Array(), timeoutMs, slowly = false, dropHalfway = false, signal } = sending
  const { inPieces = false, dropAfter = false, maxBytes = 65_536 } = sending
  return new Promise((resolve) => {
    const start = url.protocol === 'https:' ? httpsRequest : httpRequest
    const length = body.length === 0 && method === 'GET' ? {} : { 'content-length': String(body.length) }
    const call = start(url, { method, headers: { ...headers, ...length, connection: 'close' }, agent: false })
    let answered = false
    let timer: NodeJS.Timeout | undefined
    let feeding: NodeJS.Timeout | undefined
    const end = (answer: Ending): void => {
      clearTimeout(timer)
      clearInterval(feeding)
      signal?.removeEventListener('abort', abort)
      resolve({ ...answer, durationMs: Math.round(performance.now() - begun) })
      call.destroy()
    }
    const silence = (why: 'timeout' | 'closed' | 'unreachable' | 'endless'): void => end({ kind: 'silence', why })
    const abort = (): void => silence('closed')
    signal?.addEventListener('abort', abort)
    timer = setTimeout(() => silence('timeout'), timeoutMs)
    call.on('error', () => {
      // A response may be in transit although the rest of the body was not accepted.
      if (!answered) silence(call.socket?.remoteAddress === undefined ? 'unreachable' : 'closed')
    })
    call.on('response', (response) => {
      answered = true
      receive(response, maxBytes, end, silence)
    })
    call.on('close', () => {
      if (!answered) silence('closed')
    })
    if (slowly) feeding = feed(call, body, 1, 1000)
    else if (inPieces) feeding = feed(call, body, Math.ceil(body.length / 8), 30)
    else if (dropAfter) call.end(body, () => call.destroy())
    else if (dropHalfway) call.write(body.subarray(0, body.length >> 1), () => setTimeout(() => call.destroy(), 50))
    else call.end(body)
  })
}

type Ending = Answer extends infer One ? (One extends Answer ? Omit<One, 'durationMs'> : never) : never

function receive(
  response: IncomingMessage,
  maxBytes: number,
  end: (answer: Ending) => void,
  silence: (why: 'closed' | 'endless') => void,
): void {
  const parts: Buffer[] = []
  let size = 0
  response.on('data', (part: Buffer) => {
    size += part.length
    if (size > maxBytes) silence('endless')
    else parts.push(part)
  })
  response.on('error', () => silence('closed'))
  response.on('end', () => {
    const text = Buffer.concat(parts).toString('utf8')
    const wait = Number(response.headers['retry-after'])
    end({
      kind: 'answer',
      status: response.statusCode ?? 0,
      contentType: response.headers['content-type'] ?? '',
      retryAfter: Number.isFinite(wait) && wait >= 0 ? wait : undefined,
      text,
      json: parse(text),
    })
  })
}

/** Sends so many bytes each time; the request ends by its length. */
function feed(call: ClientRequest, body: Uint8Array, bytes: number, everyMs: number): NodeJS.Timeout {
  let at = 0
  const next = (): void => {
    if (at < body.length) call.write(body.subarray(at, at + bytes))
    at += bytes
  }
  call.flushHeaders()
  next()
  return setInterval(next, everyMs)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
