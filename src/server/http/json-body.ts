import { Buffer, isUtf8 } from 'node:buffer'
import { readBounded } from '../../bytes.ts'
import { hasDuplicateName, isRecord } from '../../json.ts'
import { type Exchange, requireTime } from './exchange.ts'
import { RequestProblem } from './problem.ts'

/**
 * Reads a body that must be one JSON object in UTF-8, `application/json`, without duplicate names in any object.
 *
 * @param maxBytes - longest body; the rest is not read.
 * @throws RequestProblem `ERR_MEDIA_TYPE`, `ERR_BODY_TOO_LARGE`, `ERR_REQUEST`, `ERR_REQUEST_TIMEOUT`.
 */
export async function readJsonBody(exchange: Exchange, maxBytes: number): Promise<Readonly<Record<string, unknown>>> {
  const { request } = exchange
  const type = request.headers.get('content-type') ?? ''
  if (!isJson(type)) {
    throw new RequestProblem('ERR_MEDIA_TYPE', 'the body must be application/json in UTF-8')
  }
  if (!/^(identity)?$/i.test(request.headers.get('content-encoding') ?? '')) {
    throw new RequestProblem('ERR_MEDIA_TYPE', 'the body must not be compressed')
  }
  const declared = request.headers.get('content-length')
  if (declared !== null && !(Number(declared) <= maxBytes)) throw tooLarge(maxBytes)
  exchange.receiving = true
  let text: string
  try {
    // The HTTP parser enforces Content-Length, so the body may be read at once.
    const whole = declared !== null && !request.headers.has('transfer-encoding')
    text = whole ? requireExact(await request.text(), Number(declared)) : await readStream(exchange, maxBytes)
  } catch (error) {
    if (error instanceof RequestProblem) throw error
    throw new RequestProblem('ERR_REQUEST', 'the body is incomplete')
  }
  exchange.receiving = false
  requireTime(exchange)
  return parse(text)
}

/**
 * Whether a media type is JSON. JSON has no parameters, and unknown ones are ignored (RFC 8259 11, RFC 2045 1); a
 * charset other than UTF-8 is refused.
 */
function isJson(type: string): boolean {
  if (/^application\/json$/i.test(type)) return true
  const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"
  const quoted = '"(?:[\\t !#-[\\]-~]|\\\\[\\t -~])*"'
  const parameters = new RegExp(
    `^application/json((?:[ \\t]*;(?:[ \\t]*${token}=(?:${token}|${quoted}))?)*)[ \\t]*$`,
    'i',
  ).exec(type)
  if (parameters === null) return false
  const each = new RegExp(`(${token})=(${token}|${quoted})`, 'g')
  const charsets = [...parameters[1]!.matchAll(each)].filter(([, name]) => name!.toLowerCase() === 'charset')
  return charsets.length < 2 && charsets.every(([, , value]) => /^utf-8$/i.test(unquoted(value!)))
}

const unquoted = (value: string): string =>
  value.startsWith('"') ? value.slice(1, -1).replaceAll(/\\(.)/g, '$1') : value

/** Decoding replaces invalid UTF-8 and drops a byte order mark: detected by a different length or U+FFFD. */
function requireExact(text: string, bytes: number): string {
  if (Buffer.byteLength(text) !== bytes || text.includes('\ufffd')) throw notUtf8()
  return text
}

function notUtf8(): RequestProblem {
  return new RequestProblem('ERR_REQUEST', 'the body is not valid UTF-8, or not of the declared length')
}

function parse(text: string): Readonly<Record<string, unknown>> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // The message of the error quotes the text.
    throw new RequestProblem('ERR_REQUEST', 'the body is not JSON')
  }
  if (!isRecord(value)) throw new RequestProblem('ERR_REQUEST', 'the body is not an object')
  if (hasDuplicateName(text)) throw new RequestProblem('ERR_REQUEST', 'duplicate field')
  return value
}

async function readStream(exchange: Exchange, maxBytes: number): Promise<string> {
  const { body } = exchange.request
  if (body === null) return ''
  const stop = new AbortController()
  exchange.stopReading = () => stop.abort()
  const whole = await readBounded(body, maxBytes, stop.signal)
  requireTime(exchange)
  if (whole === undefined) throw tooLarge(maxBytes)
  if (!isUtf8(whole)) throw notUtf8()
  return Buffer.from(whole.buffer, whole.byteOffset, whole.length).toString('utf8')
}

function tooLarge(maxBytes: number): RequestProblem {
  return new RequestProblem('ERR_BODY_TOO_LARGE', `the body is longer than ${maxBytes} bytes`)
}
