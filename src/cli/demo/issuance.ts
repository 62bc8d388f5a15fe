import { Pin } from '../../card/index.ts'
import type { IssuedCertificate } from '../../emulator/index.ts'
import { RefusalError } from '../../errors.ts'
import { type JpkiApplication, tokenSigner } from '../../jpki/index.ts'
import { answerChallenge, type RemoteAcceptance, type Token, TokenServer, tokenMessage } from '../../token/index.ts'
import type { ServerProcess } from './server-process.ts'

const hour = 3_600_000

/** Two revocation lists of a CA: an empty one, and a newer one with a certificate. DER. */
export async function listsBeforeAndAfter(
  ca: IssuedCertificate,
  serialNumber: string,
  at: Date,
): Promise<{ readonly before: Uint8Array; readonly after: Uint8Array }> {
  const { issueRevocationList }: typeof import('../../emulator/index.ts') = await import('../../emulator/index.ts')
  const ago = (hours: number): Date => new Date(at.getTime() - hours * hour)
  const nextUpdate = new Date(at.getTime() + 24 * hour)
  return {
    before: await issueRevocationList(ca, { thisUpdate: ago(2), nextUpdate }),
    after: await issueRevocationList(ca, {
      thisUpdate: ago(1),
      nextUpdate,
      number: 2,
      revoked: [{ serialNumber, at: ago(1), reason: 'keyCompromise' }],
    }),
  }
}

/** The request of the demonstration to the issuance server. */
export const demoRequest = { terminal: 'kiosk-1', purpose: 'residence-record' } as const

/** Results of one customer at a server. */
export interface IssuanceFindings {
  readonly token: Token
  /** The message the card signed. */
  readonly message: Uint8Array
  readonly acceptance: RemoteAcceptance
  /** Refusal code of the same token, submitted again. */
  readonly again: string
  /** Refusal code of a new token after revocation of the certificate. */
  readonly afterRevocation: string
}

/**
 * One customer at a server: a token that is accepted, the same token again, and a new one after the certificate was
 * added to the revocation list of the server.
 *
 * @throws Error when a token is accepted that must be refused.
 */
export async function playIssuance(
  process: ServerProcess,
  app: JpkiApplication,
  pin: string,
  newerList: Uint8Array,
): Promise<IssuanceFindings> {
  const server = new TokenServer(process.url)
  const expected = { origin: server.origin, ...demoRequest }
  const answer = async (): Promise<Token> =>
    answerChallenge(await server.challenge(demoRequest), expected, tokenSigner(app, Pin.fromText(pin)))
  const token = await answer()
  const acceptance = await server.verify(token)
  const again = await refusalOf(() => server.verify(token))
  await process.replaceList(newerList)
  const afterRevocation = await refusalOf(async () => server.verify(await answer()))
  return { token, message: tokenMessage(token), acceptance, again, afterRevocation }
}

async function refusalOf(body: () => Promise<unknown>): Promise<string> {
  try {
    await body()
  } catch (error) {
    if (error instanceof RefusalError) return error.code
    throw error
  }
  throw new Error('the server accepted a token it must refuse')
}
