import { fromBase64 } from '../../bytes.ts'
import { RefusalError, ServerError } from '../../errors.ts'
import { exchangeJson, isBearerToken, secureUrl } from '../../http-client.ts'
import { mostPages } from '../../issuance/index.ts'
import { isRecord } from '../../json.ts'
import { isIdentifier, isInstant } from '../../token/index.ts'
import type {
  ComposedDocument,
  ComposedPage,
  Composer,
  CompositionOrder,
  PortOptions,
  Register,
  RegisterAnswer,
  RegisterQuestion,
} from './ports.ts'
import { isCount, isSubject, isSuppression } from './registers.ts'

/** Options of {@link httpRegister} and {@link httpComposer}. */
export interface HttpPortOptions {
  /** `https`, or `http` on the same machine; without user name and password. */
  readonly url: string
  /** Bearer token, 16 to 512 visible ASCII characters, or what returns the present one. Default: none is sent. */
  readonly token?: string | (() => string | undefined) | undefined
  /** Replaces the global `fetch`: for client certificates, proxies. */
  readonly fetch?: typeof fetch | undefined
}

/** Longest answer of a register, bytes. */
const longestRegisterAnswer = 16_384
/** Longest answer of a composer, bytes: the longest document of a desk in base64, and what is beside it. */
const longestComposerAnswer = 46_000_000

/**
 * A register behind HTTP: a POST of the question as JSON (`at` in ISO 8601), answered with status 200 and exactly the
 * fields `case` (that of the question), `subject`, `asOf` (ISO 8601, UTC), `sequence` and, where they apply, `suppressed`
 * and `missing`. An unknown field is refused: a misspelt `suppressed` must not issue a document. No redirect is followed.
 *
 * The lookup throws RefusalError `ERR_REGISTER` with the reason `malformed`, or `case` for the answer to another case,
 * which stops issuing; ServerError `ERR_SERVER` without an answer.
 *
 * @throws TypeError for a name, URL or token that is not as described.
 */
export function httpRegister({ name, ...options }: HttpPortOptions & { readonly name: string }): Register {
  if (!isIdentifier(name)) throw new TypeError('name must be 1 to 64 of A-Z a-z 0-9 . _ -')
  const ask = asking(options, longestRegisterAnswer)
  return {
    name,
    async lookup(question, port): Promise<RegisterAnswer> {
      const answer = await ask(questionBody(question), port)
      const { case: id, subject, suppressed, asOf, sequence, missing } = isRecord(answer) ? answer : {}
      const isWellFormed =
        hasOnly(answer, ['case', 'subject', 'suppressed', 'asOf', 'sequence', 'missing']) &&
        typeof id === 'string' &&
        isSubject(subject) &&
        (suppressed === undefined || isSuppression(suppressed)) &&
        isInstant(asOf) &&
        isCount(sequence) &&
        (missing === undefined || isCount(missing))
      if (!isWellFormed) throw registerRefusal('malformed', `malformed answer of the register ${name}`)
      if (id !== question.case) throw registerRefusal('case', `the register ${name} answered about another case`)
      return { subject, suppressed, asOf: Date.parse(asOf), sequence, missing }
    },
  }
}

/**
 * A composer behind HTTP: a POST of the order as JSON (`at` in ISO 8601), answered with status 200 and exactly the fields
 * `case` (that of the order), `pageCount` and `pages`, each with `mediaType`, `subject` and `content` (base64); or, for
 * what the form does not take, `case` and `suppressed`. No redirect is followed.
 *
 * Composing throws RefusalError `ERR_NOT_ISSUABLE`, `ERR_DOCUMENT` with the reason `malformed`; ServerError `ERR_SERVER`
 * without an answer. The desk verifies case, number of pages and persons.
 *
 * @param options - `subjectOf`: see `Composer.subjectOf`.
 * @throws TypeError for a URL or token that is not as described.
 */
export function httpComposer({ subjectOf, ...options }: HttpPortOptions & Pick<Composer, 'subjectOf'>): Composer {
  const ask = asking(options, longestComposerAnswer)
  return {
    async compose(order, port): Promise<ComposedDocument> {
      const answer = await ask(orderBody(order), port)
      const { case: id, suppressed, pageCount, pages } = isRecord(answer) ? answer : {}
      if (typeof id !== 'string') throw documentRefusal()
      if (suppressed !== undefined && hasOnly(answer, ['case', 'suppressed']) && isSuppression(suppressed)) {
        if (id !== order.case) throw new RefusalError('ERR_DOCUMENT', 'a refusal of another case', { reason: 'case' })
        throw new RefusalError('ERR_NOT_ISSUABLE', 'the document may not be issued here', { reason: suppressed })
      }
      if (!hasOnly(answer, ['case', 'pageCount', 'pages']) || !isCount(pageCount)) throw documentRefusal()
      if (!Array.isArray(pages) || pages.length > mostPages) throw documentRefusal()
      return { case: id, pageCount, pages: pages.map(pageOf) }
    },
    ...(subjectOf !== undefined && { subjectOf }),
  }
}

function pageOf(value: unknown): ComposedPage {
  const { mediaType, subject, content } = isRecord(value) ? value : {}
  const bytes = typeof content === 'string' ? fromBase64(content) : undefined
  const isPage = hasOnly(value, ['mediaType', 'subject', 'content']) && typeof mediaType === 'string'
  if (!isPage || !isSubject(subject) || bytes === undefined) throw documentRefusal()
  return { mediaType, subject, content: bytes }
}

/** Requests of one port. */
function asking(
  { url, token, fetch }: HttpPortOptions,
  maxBytes: number,
): (body: object, options: PortOptions) => Promise<unknown> {
  const address = secureUrl(url)
  if (typeof token === 'string') requireToken(token)
  return async (body, { signal }) => {
    const bearer = typeof token === 'function' ? token() : token
    if (bearer !== undefined) requireToken(bearer)
    const headers = bearer === undefined ? undefined : { authorization: `Bearer ${bearer}` }
    const { status, answer } = await exchangeJson(address, {
      body,
      headers,
      maxBytes,
      signal,
      fetch,
      allowDuplicates: false,
    })
    if (status !== 200) throw new ServerError(`the service responded ${status}`, { status })
    return answer
  }
}

function requireToken(token: string): void {
  if (!isBearerToken(token)) throw new TypeError('token must be 16 to 512 visible ASCII characters')
}

function questionBody(question: RegisterQuestion): object {
  const { case: id, holder, serialNumber, terminal, purpose, document, at } = question
  return { case: id, holder, serialNumber, terminal, purpose, document, at: new Date(at).toISOString() }
}

function orderBody({ case: id, subject, document, copies, purpose, at }: CompositionOrder): object {
  return { case: id, subject, document, copies, purpose, at: new Date(at).toISOString() }
}

function hasOnly(value: unknown, names: readonly string[]): boolean {
  return isRecord(value) && Object.keys(value).every((name) => names.includes(name))
}

function registerRefusal(reason: 'malformed' | 'case', message: string): RefusalError {
  return new RefusalError('ERR_REGISTER', message, { reason })
}

function documentRefusal(): RefusalError {
  return new RefusalError('ERR_DOCUMENT', 'malformed document of the composer', { reason: 'malformed' })
}
