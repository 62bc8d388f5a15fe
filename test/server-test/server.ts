import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { RefusalError } from '../../src/errors.ts'
import { outcomeOf } from '../../src/outcomes.ts'
import { RevocationList } from '../../src/pki/revocation/index.ts'
import { crlSource } from '../../src/pki/trust/index.ts'
import { Certificate } from '../../src/pki/x509/index.ts'
import { memoryStore, TokenService } from '../../src/server/index.ts'
import type { EvaluationTerminal, PreparedPki } from '../../src/server-test/index.ts'
import type { TokenChallenge, TokenFormat } from '../../src/token/index.ts'

/** One request, its body read to the end. */
export interface Incoming {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  /** Whether the body came in pieces, over a tenth of a second or more. */
  readonly slow: boolean
  /** Whether the caller has hung up. */
  readonly gone: () => boolean
}

export interface Reply {
  readonly status: number
  /** Sent as JSON, a string as it is. */
  readonly body: unknown
  readonly headers?: Record<string, string>
}

export type Handler = (incoming: Incoming) => Promise<Reply>

/** What a broken server does in place of the right one, or before and after it. */
export type Mutation = (incoming: Incoming, next: Handler, server: ServerState) => Promise<Reply>

/** What a broken server may look at. */
export interface ServerState {
  readonly given: Map<string, TokenChallenge>
  readonly origin: string
  readonly prepared: PreparedPki
}

export interface TestServer extends AsyncDisposable {
  readonly url: string
}

/** Secrets the test server knows its terminals by. */
export const terminals: readonly [EvaluationTerminal, EvaluationTerminal] = [
  { name: 'evaluation-1', headers: { authorization: 'Bearer one' } },
  { name: 'evaluation-2', headers: { authorization: 'Bearer two' } },
]

const maxBody = 32_768

/** A small HTTP server over the real service, right in every respect unless a mutation breaks it. */
export async function startServer(
  prepared: PreparedPki,
  options: {
    readonly mutate?: Mutation
    readonly answerEarly?: boolean
    readonly neverCutOff?: boolean
    readonly formats?: readonly TokenFormat[]
  } = {},
): Promise<TestServer> {
  let handler: Handler = () => Promise.reject(new Error('not ready'))
  let afterDrop = false
  const onDrop = (): void => {
    afterDrop = true
  }
  const node = createServer(
    { requestTimeout: options.neverCutOff ? 0 : 2000, connectionsCheckingInterval: 200, headersTimeout: 2000 },
    (request, response) => {
      if (options.answerEarly && request.headers['content-length'] !== undefined) {
        const early = setTimeout(() => write(response, acceptance('x', 'evaluation-1', 'evaluation-1')), 300)
        request.on('end', () => clearTimeout(early))
      }
      receive(request, response, (incoming) => handler(incoming), onDrop)
    },
  )
  await new Promise<void>((resolve) => node.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(node.address() as AddressInfo).port}`
  const service = serviceFor(prepared, origin, options.formats)
  const state: ServerState = { given: new Map(), origin, prepared }
  const right: Handler = (incoming) => serve(incoming, service, state)
  const { mutate } = options
  handler =
    mutate === undefined
      ? right
      : (incoming) =>
          mutate(
            { ...incoming, headers: { ...incoming.headers, ...(afterDrop && { 'x-after-drop': '1' }) } },
            right,
            state,
          )
  return {
    url: origin,
    [Symbol.asyncDispose]: async () => {
      node.closeAllConnections()
      await new Promise((resolve) => node.close(resolve))
    },
  }
}

export function serviceFor(
  { pki, lists }: PreparedPki,
  origin: string,
  formats?: readonly TokenFormat[],
): TokenService {
  const anchors = (['first', 'second', 'stale', 'signature'] as const).map((name) =>
    Certificate.fromDer(pki.issued[name].certificate),
  )
  const loaded = Object.values(lists).map((list) => RevocationList.fromDer(list))
  return new TokenService({
    origin,
    store: memoryStore(),
    anchors,
    hierarchies: ['virtual'],
    revocation: { mode: 'required', sources: [crlSource({ lists: loaded, anchors })] },
    formats,
    challengeLifetimeMs: 5000,
    pseudonymKey: new Uint8Array(32).fill(7),
  })
}

export const refusal = (status: number, code: string): Reply => ({
  status,
  body: { type: 'about:blank', title: 'Refused', status, detail: 'refused', code, turn: 'operator', retry: false },
})

export const acceptance = (holder: string, terminal: string, purpose: string): Reply => ({
  status: 200,
  body: { ok: true, holder, terminal, purpose },
})

function receive(request: IncomingMessage, response: ServerResponse, handler: Handler, onDrop: () => void): void {
  const parts: Buffer[] = []
  let size = 0
  const begun = performance.now()
  request.on('data', (part: Buffer) => {
    if (size <= maxBody) parts.push(part)
    size += part.length
  })
  request.on('error', onDrop)
  request.on('end', async () => {
    const { method = '', url: path = '', headers } = request
    const slow = performance.now() - begun > 100
    const incoming = { method, path, headers, body: Buffer.concat(parts), slow, gone: () => response.destroyed }
    const large = size > maxBody ? { 'x-too-large': '1' } : {}
    write(response, await handler({ ...incoming, headers: { ...headers, ...large } }))
  })
}

function write(response: ServerResponse, { status, body, headers }: Reply): void {
  if (response.headersSent) return
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(typeof body === 'string' ? body : JSON.stringify(body))
}

async function serve(incoming: Incoming, service: TokenService, state: ServerState): Promise<Reply> {
  const { method, path, headers, body } = incoming
  const terminal = terminals.find((one) => one.headers?.['authorization'] === headers.authorization)?.name
  if (terminal === undefined) return refusal(401, 'ERR_TOKEN_TERMINAL')
  if (method !== 'POST') return refusal(405, 'ERR_TOKEN')
  if (headers['x-too-large'] !== undefined) return refusal(413, 'ERR_TOKEN')
  if (headers['content-type'] !== 'application/json') return refusal(415, 'ERR_TOKEN')
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body)
    const json = JSON.parse(text) as Record<string, unknown>
    // Only the one form JSON.stringify gives: no key twice.
    if (JSON.stringify(json) !== text) return refusal(400, 'ERR_TOKEN')
    if (path === '/v1/challenges') {
      if (json['terminal'] !== terminal) return refusal(403, 'ERR_TOKEN_TERMINAL')
      const format = json['format'] as TokenFormat | undefined
      const challenge = await service.challenge({ terminal, purpose: String(json['purpose']), format })
      state.given.set(challenge.nonce, challenge)
      return { status: 201, body: challenge }
    }
    return { status: 200, body: publicPart(await service.verify(json['token'], { terminal })) }
  } catch (error) {
    if (error instanceof RefusalError) return refusal(outcomeOf(error.code).status!, error.code)
    // Not JSON, not UTF-8, or nested too deeply.
    if (error instanceof SyntaxError || error instanceof TypeError || error instanceof RangeError) {
      return refusal(400, 'ERR_TOKEN')
    }
    throw error
  }
}

function publicPart(accepted: Awaited<ReturnType<TokenService['verify']>>): object {
  const { ok, holder, terminal, purpose, challengeDigest, holderDigest } = accepted
  return { ok, holder, terminal, purpose, challengeDigest, holderDigest }
}
