import { Buffer } from 'node:buffer'
import { fromBase64 } from '../bytes.ts'
import { type RefusalCode, ServerError } from '../errors.ts'
import { mismatch } from '../http-client.ts'
import { isRecord } from '../json.ts'
import {
  challengeDigest,
  holderDigest,
  isIdentifier,
  type RemoteAcceptance,
  type Token,
  TokenServer,
  type TokenServerOptions,
} from '../token/index.ts'
import { type CaseOutcome, type CaseView, type DocumentRequest, isCaseId } from './case.ts'
import { longestDocument } from './seal.ts'
import type { CallOptions, CaseConnection } from './terminal.ts'
import { parseCase } from './wire.ts'

/** Options of {@link IssuanceServer}. */
export interface IssuanceServerOptions extends TokenServerOptions {
  /** Name of this terminal, as at the server. */
  readonly terminal: string
}

/** A case that was opened for a token. */
export interface OpenedCase {
  readonly acceptance: RemoteAcceptance
  readonly case: CaseView
}

/**
 * What became of a token. `unknown`: the server did not receive it, has not finished with it, or its case is long over.
 * `refused`: with this code.
 */
export type FoundToken =
  | { readonly state: 'unknown' }
  | { readonly state: 'refused'; readonly code: string }
  | { readonly state: 'case'; readonly case: CaseView }

const everywhere: readonly RefusalCode[] = ['ERR_TOKEN_TERMINAL', 'ERR_STORE_UNAVAILABLE', 'ERR_STORE_FULL']
/** Refusals of a token for a case, beside those of any token. */
const openRefusals: readonly RefusalCode[] = ['ERR_DOCUMENT', 'ERR_CASE_STATE', 'ERR_ISSUING_STOPPED']
const stateRefusals: readonly RefusalCode[] = [...everywhere, 'ERR_CASE_UNKNOWN']
const reportRefusals: readonly RefusalCode[] = [...stateRefusals, 'ERR_CASE_STATE']
const releaseRefusals: readonly RefusalCode[] = [...reportRefusals, 'ERR_CASE_EXPIRED', 'ERR_ISSUING_STOPPED']

/** Longest answer with a document, bytes: its base64, and what is beside it. */
const longestRelease = Math.ceil(longestDocument / 3) * 4 + 65_536

/**
 * Client of an issuance server with a desk, for one terminal. Every answer is parsed strictly and matched with the
 * question: one about another case, terminal, holder or document is refused.
 */
export class IssuanceServer extends TokenServer implements CaseConnection {
  /** Name of this terminal. */
  readonly terminal: string

  /** @throws TypeError for an address that is not secure, or a terminal that is not a name. @throws RangeError as `TokenServer`. */
  constructor(address: string, options: IssuanceServerOptions) {
    super(address, options)
    if (!isIdentifier(options.terminal)) throw new TypeError('terminal must be 1 to 64 of A-Z a-z 0-9 . _ -')
    this.terminal = options.terminal
  }

  /**
   * Submits a token and opens a case for it.
   *
   * @param token - of format 2, made for this terminal.
   * @throws RefusalError as `TokenServer.verify`; `ERR_DOCUMENT` for documents that are not issued here,
   *   `ERR_ISSUING_STOPPED`, `ERR_CASE_STATE`; `ERR_ANSWER_MISMATCH`. @throws ServerError `ERR_SERVER` without a correct
   *   answer: {@link findToken} then returns what became of the token. @throws TypeError for a token of another terminal.
   */
  async openCase(
    token: Token,
    documents: readonly DocumentRequest[],
    { signal }: Partial<CallOptions> = {},
  ): Promise<OpenedCase> {
    if (token.terminal !== this.terminal) throw new TypeError('the token is of another terminal')
    const sent = documents.map(({ document, copies }) => ({ document, copies }))
    const expected = { status: 201, refusals: openRefusals, signal }
    const { answer, acceptance } = await this.submit('v1/cases', token, { token, documents: sent }, expected)
    const opened = parseCase(isRecord(answer) ? answer['case'] : undefined)
    const { terminal, purpose, holder } = acceptance
    requireSame(opened, { terminal, purpose, holder })
    const isSame = ({ document, copies }: DocumentRequest, i: number): boolean =>
      document === sent[i]?.document && copies === sent[i].copies
    if (opened.documents.length !== sent.length || !opened.documents.every(isSame)) {
      throw mismatch('documents: other ones')
    }
    if (opened.deadline <= opened.openedAt) throw new ServerError('malformed case from the server: deadline')
    return { acceptance, case: opened }
  }

  /**
   * What became of a token whose answer was lost. The holder of a case is verified to belong to the certificate in the
   * token, as with an acceptance.
   *
   * @throws RefusalError `ERR_STORE_UNAVAILABLE`, `ERR_ANSWER_MISMATCH`. @throws ServerError `ERR_SERVER`.
   */
  async findToken(token: Token, { signal }: Partial<CallOptions> = {}): Promise<FoundToken> {
    const nonce = new Uint8Array(Buffer.from(token.nonce, 'base64url'))
    const digest = challengeDigest(nonce)
    const { terminal } = this
    const expected = { status: 200, refusals: everywhere, digests: [undefined, digest], signal }
    const answer = await this.connection.ask('v1/tokens', { challengeDigest: digest, terminal }, expected)
    const fields = isRecord(answer) ? answer : {}
    if (fields['challengeDigest'] !== digest) throw mismatch('challengeDigest: of another challenge')
    const { state, code } = fields
    if (state === 'unknown') return { state }
    if (state === 'refused' && typeof code === 'string' && /^ERR_[A-Z_]{1,60}$/.test(code)) return { state, code }
    if (state !== 'case') throw new ServerError('malformed answer from the server: state')
    const found = parseCase(fields['case'])
    requireSame(found, { terminal, purpose: token.purpose })
    const certificate = fromBase64(token.certificate)
    const isHolders =
      certificate !== undefined && fields['holderDigest'] === holderDigest(nonce, certificate, found.holder)
    if (!isHolders) throw mismatch('holderDigest: of another holder')
    return { state, case: found }
  }

  /** @throws RefusalError `ERR_CASE_UNKNOWN`, `ERR_STORE_UNAVAILABLE`, `ERR_ANSWER_MISMATCH`. @throws ServerError `ERR_SERVER`. */
  async state(id: string, { signal }: Partial<CallOptions> = {}): Promise<CaseView> {
    const path = `${pathOf(id)}?terminal=${this.terminal}`
    return this.#caseIn(
      id,
      await this.connection.ask(path, undefined, { status: 200, refusals: stateRefusals, case: id, signal }),
    )
  }

  /**
   * @returns the case, and the sealed document as received: `openDocument` verifies it.
   * @throws RefusalError `ERR_CASE_UNKNOWN`, `ERR_CASE_STATE`, `ERR_CASE_EXPIRED`, `ERR_ISSUING_STOPPED`,
   *   `ERR_STORE_UNAVAILABLE`, `ERR_ANSWER_MISMATCH`. @throws ServerError `ERR_SERVER`.
   */
  async release(
    id: string,
    fence: number,
    { signal }: Partial<CallOptions> = {},
  ): Promise<{ readonly case: CaseView; readonly sealed: unknown }> {
    const expected = { status: 200, refusals: releaseRefusals, case: id, maxBytes: longestRelease, signal }
    const answer = await this.connection.ask(`${pathOf(id)}/release`, { fence, terminal: this.terminal }, expected)
    const { case: view, sealed } = isRecord(answer) ? answer : {}
    return { case: this.#caseIn(id, view), sealed }
  }

  /** @throws RefusalError `ERR_CASE_UNKNOWN`, `ERR_CASE_STATE`, `ERR_STORE_UNAVAILABLE`, `ERR_ANSWER_MISMATCH`. @throws ServerError `ERR_SERVER`. */
  async report(
    id: string,
    { outcome, fence }: { readonly outcome: CaseOutcome; readonly fence?: number | undefined },
    { signal }: Partial<CallOptions> = {},
  ): Promise<CaseView> {
    const expected = { status: 200, refusals: reportRefusals, case: id, signal }
    const body = { outcome, fence, terminal: this.terminal }
    return this.#caseIn(id, await this.connection.ask(`${pathOf(id)}/outcome`, body, expected))
  }

  #caseIn(id: string, answer: unknown): CaseView {
    const view = parseCase(answer)
    requireSame(view, { id, terminal: this.terminal })
    return view
  }
}

function pathOf(id: string): string {
  if (!isCaseId(id)) throw new TypeError('id must be that of a case')
  return `v1/cases/${id}`
}

/** @throws RefusalError `ERR_ANSWER_MISMATCH` naming the field. */
function requireSame(
  view: CaseView,
  expected: Partial<Pick<CaseView, 'id' | 'terminal' | 'purpose' | 'holder'>>,
): void {
  for (const name of ['id', 'terminal', 'purpose', 'holder'] as const) {
    if (expected[name] !== undefined && view[name] !== expected[name]) throw mismatch(`${name}: another one`)
  }
}
