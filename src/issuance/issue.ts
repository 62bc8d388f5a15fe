import { Buffer } from 'node:buffer'
import { RefusalError, refusalCodes, ServerError } from '../errors.ts'
import {
  answerChallenge,
  challengeDigest,
  createVisitKey,
  type Token,
  type TokenSigner,
  tokenFormat,
  type VisitKey,
} from '../token/index.ts'
import { Backoff } from '../waiting.ts'
import type { CaseView, DocumentRequest } from './case.ts'
import type { IssuanceServer } from './client.ts'
import { monotonicClock } from './clock.ts'
import { type Collected, type CollectOptions, collectDocument, isLost, type Printer } from './terminal.ts'

/** Options of {@link issueForToken}. */
export interface IssueForTokenOptions extends Omit<CollectOptions, 'connection'> {
  readonly server: IssuanceServer
  /** Of format 2, made for this server and terminal. */
  readonly token: Token
  /** Key pair whose public key is in the token. */
  readonly key: VisitKey
  readonly documents: readonly DocumentRequest[]
  /** Attempts to submit the token, or to find out what became of it, while the server does not answer, 1 to 100. Default 6. */
  readonly openAttempts?: number | undefined
}

/** Options of {@link issueDocuments}. */
export interface IssueOptions extends Omit<IssueForTokenOptions, 'token' | 'key'> {
  /** The card: see `tokenSigner` of `jpki-card/jpki`. */
  readonly signer: TokenSigner
  readonly purpose: string
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
  const { server, signer, purpose, printer, signal } = options
  const { terminal, origin } = server
  await clearPrinter(printer)
  signal?.throwIfAborted()
  const challenge = await server.challenge({ terminal, purpose, format: tokenFormat })
  signal?.throwIfAborted()
  const key = createVisitKey()
  const expected = { origin, terminal, purpose, format: tokenFormat, visitKey: key.publicKey } as const
  const token = await answerChallenge(challenge, expected, signer)
  signal?.throwIfAborted()
  return issueForToken({ ...options, token, key })
}

/**
 * Removes what an earlier visit has left in the printer, before a visit begins.
 *
 * @throws RefusalError `ERR_PRINTER` with the printer's error as its cause.
 */
export async function clearPrinter(printer: Printer): Promise<void> {
  try {
    await printer.clear()
  } catch (cause) {
    throw new RefusalError('ERR_PRINTER', 'the printer could not be cleared', { cause })
  }
}

/**
 * The second part of {@link issueDocuments}, for a token that the card has signed already: opens a case, and collects the
 * document. Clear the printer before the card signs ({@link clearPrinter}).
 *
 * @throws as {@link issueDocuments}.
 */
export async function issueForToken(options: IssueForTokenOptions): Promise<IssuedDocuments> {
  const { server, token, key, documents, clock = monotonicClock } = options
  const sentAt = clock.now()
  const opened = await openUntilAnswered(token, documents, options)
  const { id, holder } = opened
  const visit = {
    case: opened,
    origin: server.origin,
    terminal: server.terminal,
    challengeDigest: challengeDigest(new Uint8Array(Buffer.from(token.nonce, 'base64url'))),
    holder,
    key,
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
  { server, signal: given, clock = monotonicClock, openAttempts = 6 }: IssueForTokenOptions,
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
