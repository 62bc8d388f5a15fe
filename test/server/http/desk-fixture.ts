import { sign } from 'node:crypto'
import {
  type Authentication,
  createHttpHandler,
  type HttpHandler,
  type HttpHandlerOptions,
  type IssuanceDesk,
  type IssuanceDeskOptions,
  type TokenService,
} from '../../../src/server/index.ts'
import {
  answerChallenge,
  challengeDigest,
  createVisitKey,
  type Token,
  type TokenSigner,
  type VisitKey,
} from '../../../src/token/index.ts'
import { keyOf, request, serve, user } from '../fixture.ts'
import { deskOf, documents } from '../issuance/fixture.ts'
import { post } from './fixture.ts'

/** Authenticates by `Authorization: Bearer NAME`: the name of a terminal, of a clerk, or of the issuing system. */
export const bearer: Authentication = (request) =>
  /^Bearer ((?:kiosk|clerk|issuer)-\d)$/.exec(request.headers.get('authorization') ?? '')?.[1]
const byRole =
  (role: string): Authentication =>
  (request, caller) => {
    const name = bearer(request, caller) as string | undefined
    return name?.startsWith(role) ? name : undefined
  }
export const as = (name: string) => ({ authorization: `Bearer ${name}` })

/** A handler with a desk, for terminals, clerks and an issuing system that are authenticated. */
export async function deskHandler(
  options: Partial<HttpHandlerOptions> = {},
  deskOptions: Partial<IssuanceDeskOptions> = {},
) {
  const made = deskOf(deskOptions)
  const { desk, events } = made
  const service = options.service ?? serve()
  const handler = await createHttpHandler({
    service,
    desk,
    metrics: false,
    terminalOf: byRole('kiosk'),
    clerkOf: byRole('clerk'),
    issuerOf: byRole('issuer'),
    ...options,
  })
  return { ...made, desk: desk as IssuanceDesk, events, service, handler }
}

/** A card of a holder. */
export const signerOf = (by = user.auth): TokenSigner => ({
  sign: async (message) => ({
    algorithm: 'RS256',
    signature: new Uint8Array(sign('sha256', message, keyOf(by))),
    certificate: by.certificate,
  }),
})

/** A visit: its key pair, and the token a card signed for it. */
export async function visitAt(
  service: TokenService,
  terminal = 'kiosk-1',
  by = user.auth,
): Promise<{ readonly key: VisitKey; readonly token: Token; readonly digest: string }> {
  const key = createVisitKey()
  const challenge = await service.challenge({ ...request, terminal })
  const token = await answerChallenge(challenge, { origin: service.origin, visitKey: key.publicKey }, signerOf(by))
  const digest = challengeDigest(Buffer.from(token.nonce, 'base64url'))
  return { key, token, digest }
}

export const askOpen = (token: unknown, by = 'kiosk-1', more: object = {}): Request =>
  post('/v1/cases', { token, documents, ...more }, as(by))
export const read = (path: string, by: string): Request => new Request(`http://server.test${path}`, { headers: as(by) })

/** The answer to a request that is accepted. */
export async function accepted<T>(handler: HttpHandler, request: Request): Promise<T> {
  const response = await handler.fetch(request)
  const text = await response.text()
  if (response.status >= 300) throw new Error(text)
  return JSON.parse(text) as T
}
