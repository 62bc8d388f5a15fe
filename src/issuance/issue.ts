import { Buffer } from 'node:buffer'
import { createPublicKey } from 'node:crypto'
import { RefusalError, refusalCodes, ServerError } from '../errors.ts'
import {
  answerChallenge,
  challengeDigest,
  createVisitKey,
  type Token,
  type TokenSigner,
  tokenFormat,
} from '../token/index.ts'
import { Backoff } from '../waiting.ts'
import type { CaseView, DocumentRequest } from './case.ts'
import type { IssuanceServer } from './client.ts'
import { monotonicClock } from './clock.ts'
import { type Collected, type CollectOptions, collectDocument, isLost } from './terminal.ts'

/** Options of {@link issueDocuments}. */
export interface IssueOptions extends Omit<CollectOptions, 'connection'> {
  readonly server: IssuanceServer
  /** The card: see `tokenSigner` of `jpki-card/jpki`. */
  readonly signer: TokenSigner
  readonly purpose: string
  readonly documents: readonly DocumentRequest[]
  /** Attempts to submit the token, or to find out what became of it, while the server does not answer, 1 to 100. Default 6. */
  readonly openAttempts?: number | undefined
}

/** How a visit ended in which documents were printed. */
export interface IssuedDocuments extends Collected {
  /** Id of the case. */
  readonly case: string
  /** Pseudonym of the holder. */
  readonly holder: string
}

/** Longest pause between attempts to open a case, milliseconds. */
const longestPauseMs = 5_000

/**
 * One visit at a terminal, from the card to the paper in the tray: clears the printer of what an earlier visit left, has
 * the card sign a challenge and the key of this visit, opens a case, and collects the document as
 * {@link collectDocument} does. When an answer is lost, the server is asked what became of the token. The key pair exists
 * in this call only; nothing of the visit stays.
 *
 * @throws RefusalError when the server refuses, and as {@link collectDocument}; `ERR_PRINTER` also when the printer
 *   cannot be cleared, before the card signs. @throws ServerError `ERR_SERVER` when the server does not answer. @throws
 *   errors of the signer; the reason of `signal`.
 */
export async function issueDocuments(options: IssueOptions): Promise<IssuedDocuments> {
  const { server, signer, purpose, documents, printer, signal } = options
  const { terminal, origin } = server
  await printer.clear().catch((cause: unknown) => {
    throw new RefusalError('ERR_PRINTER', 'the printer could not be cleared', { cause })
  })
  signal?.throwIfAborted()
  const challenge = await server.challenge({ terminal, purpose, format: tokenFormat })
  signal?.throwIfAborted()
  const { publicKey: visitKey, privateKey } = createVisitKey()
  const token = await answerChallenge(challenge, { origin, terminal, purpose, format: tokenFormat, visitKey }, signer)
  signal?.throwIfAborted()
  const sentAt = (options.clock ?? monotonicClock).now()
  const opened = await openUntilAnswered(token, documents, options)
  const { id, holder } = opened
  const visit = {
    case: opened,
    origin,
    terminal,
    challengeDigest: challengeDigest(new Uint8Array(Buffer.from(token.nonce, 'base64url'))),
    holder,
    key: { publicKey: createPublicKey(privateKey), privateKey },
    sentAt,
  }
  return { ...(await collectDocument(visit, { ...options, connection: server })), case: id, holder }
}

/**
 * Opens a case. Without an answer, the server is asked what became of the token; one it does not know is submitted again,
 * which it accepts once.
 */
async function openUntilAnswered(
  token: Token,
  documents: readonly DocumentRequest[],
  { server, signal: given, clock = monotonicClock, openAttempts = 6 }: IssueOptions,
): Promise<CaseView> {
  const signal = given ?? new AbortController().signal
  const pauses = new Backoff(200, longestPauseMs)
  let failure: unknown
  for (let attempt = 1; attempt <= openAttempts; attempt++) {
    try {
      return (await server.openCase(token, documents, { signal })).case
    } catch (error) {
      signal.throwIfAborted()
      // The challenge was used by an earlier attempt, which is still being answered.
      const isUsed = attempt > 1 && error instanceof RefusalError && error.code === 'ERR_NONCE_UNKNOWN'
      if (!isUsed && !isLost(error)) throw error
      failure = isUsed ? failure : error
    }
    await clock.sleep(pauses.next(), signal)
    signal.throwIfAborted()
    const found = await server.findToken(token, { signal }).catch((error: unknown) => {
      if (!isLost(error)) throw error
    })
    if (found?.state === 'case') return found.case
    if (found?.state === 'refused') throw refusalOf(found.code)
  }
  throw failure
}

/** The refusal of a token whose answer was lost. */
function refusalOf(code: string): RefusalError | ServerError {
  const known = refusalCodes.find((one) => one === code)
  return known === undefined
    ? new ServerError(`the server refused the token: ${code}`)
    : new RefusalError(known, 'the server refused the token')
}
