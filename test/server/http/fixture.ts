import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { createHttpHandler, type HttpHandler } from '../../../src/server/http/handler.ts'
import type { HttpHandlerOptions } from '../../../src/server/http/options.ts'
import { answer, request, serve, user } from '../fixture.ts'

/** A handler with a service of its own, unless options say otherwise. */
export function handlerWith(options: Partial<HttpHandlerOptions> = {}): Promise<HttpHandler> {
  return createHttpHandler({ service: serve(), metrics: false, ...options })
}

/** A request with a JSON body, or with a text as its body. */
export function post(path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Request {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return new Request(`http://server.test${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)), ...headers },
    body: text,
  })
}

export const askChallenge = (body: unknown = request): Request => post('/v1/challenges', body)
export const handIn = (token: unknown, more: object = {}): Request => post('/v1/verifications', { token, ...more })

/** What a terminal sends to have a certificate checked. */
export const checkBody = (certificate: Uint8Array = user.auth.certificate, change: object = {}): object => ({
  ...request,
  nonce: Buffer.alloc(32, 5).toString('base64url'),
  certificate: Buffer.from(certificate).toString('base64'),
  ...change,
})
export const askCheck = (certificate?: Uint8Array, change?: object): Request =>
  post('/v1/certificates', checkBody(certificate, change))

/** A request whose body comes in pieces, without a length. */
export function streamed(path: string, body: ReadableStream<Uint8Array>): Request {
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body, duplex: 'half' }
  return new Request(`http://server.test${path}`, init as RequestInit)
}

/** Status and code of an answer. */
export async function outcome(response: Response): Promise<string> {
  const text = await response.text()
  const code = response.status < 400 ? undefined : (JSON.parse(text) as { code: string }).code
  return code === undefined ? String(response.status) : `${response.status} ${code}`
}

/** A fresh token of a handler's service. */
export async function freshToken(handler: HttpHandler): Promise<Awaited<ReturnType<typeof answer>>> {
  return answer(await (await handler.fetch(askChallenge())).json())
}

/** A connection on which bytes are written as they are. */
export class RawConnection {
  readonly socket: Socket
  #text = ''
  readonly #closed: Promise<unknown>

  private constructor(socket: Socket) {
    this.socket = socket
    socket.on('data', (part) => {
      this.#text += part.toString('latin1')
    })
    socket.on('error', () => {})
    this.#closed = once(socket, 'close')
  }

  static async open(port: number): Promise<RawConnection> {
    const socket = connect(port, '127.0.0.1')
    const connection = new RawConnection(socket)
    await once(socket, 'connect')
    return connection
  }

  write(text: string): void {
    this.socket.write(text, 'latin1')
  }

  get text(): string {
    return this.#text
  }

  /** All that came until the other side closed. */
  async untilClosed(): Promise<string> {
    await this.#closed
    return this.#text
  }

  /** All that came until it holds so many answers. */
  async answers(count: number): Promise<string> {
    while (this.#text.split('HTTP/1.1 ').length <= count || !this.#text.endsWith('}')) await once(this.socket, 'data')
    return this.#text
  }
}

/** Sends bytes on a connection of their own. @returns all that comes until the other side closes. */
export async function exchange(port: number, ...texts: readonly string[]): Promise<string> {
  const connection = await RawConnection.open(port)
  for (const text of texts) connection.write(text)
  return connection.untilClosed()
}

/** Status and codes in an answer as it came. */
export const statusAndCode = (text: string): string =>
  `${/^HTTP\/1\.1 (\d+)/.exec(text)?.[1]} ${/"code":"([A-Z_]+)"/.exec(text)?.[1] ?? ''}`.trim()

/** A POST as text. */
export function postText(path: string, body: string, more = ''): string {
  const length = Buffer.byteLength(body)
  return `POST ${path} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n${more}\r\n${body}`
}

/** Something that happens when the test says so. */
export function gate(): { readonly open: () => void; readonly opened: Promise<void> } {
  let open = (): void => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { open, opened }
}
