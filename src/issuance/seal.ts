import { createHash } from 'node:crypto'
import { concat, fromBase64, toBase64 } from '../bytes.ts'
import { RefusalError } from '../errors.ts'
import { isRecord } from '../json.ts'
import type { VisitKey } from '../token/index.ts'
import { isCaseId } from './case.ts'
import { type Encryption, hpke } from './hpke.ts'

/** Name and version of the form of a sealed document. */
export const sealFormat = 'jpki-card-sealed-document:1'

/** Pages of one case, at most. */
export const mostPages = 1_000
/** Pages and their description, bytes, at most. */
export const longestDocument = 33_554_432

/** One page, ready to print. */
export interface Page {
  /** Kind of document it belongs to. */
  readonly document: string
  /** Media type of `content`: `application/pdf`. */
  readonly mediaType: string
  /** Marker of the subject, on the page itself: 1 to 128 visible ASCII characters. */
  readonly subject: string
  readonly content: Uint8Array
}

/** What a document is sealed to. Server and terminal know all of it without asking each other again. */
export interface SealContext {
  /** Origin of the server. */
  readonly origin: string
  /** Id of the case. */
  readonly case: string
  /** Fencing number of the case in the state `sealed`. */
  readonly fence: number
  readonly terminal: string
  /** Of the challenge the card signed, see `challengeDigest` of `jpki-card/token`. */
  readonly challengeDigest: string
  /** Pseudonym of the holder whose card signed. */
  readonly holder: string
  /** Milliseconds since 1970. */
  readonly deadline: number
}

/** A document that only the visit whose card signed for it can open. */
export interface SealedDocument {
  readonly format: typeof sealFormat
  readonly case: string
  /** Public key of the sender for this document, X25519, base64url. */
  readonly enc: string
  /** base64. */
  readonly ciphertext: string
}

/** Why a sealed document is refused. */
export type SealReason =
  /** Not in the form of a sealed document. */
  | 'form'
  /** Not sealed for this visit and case, or changed on the way. */
  | 'context'
  /** Its time is over. */
  | 'deadline'
  /** The number of pages differs from that of the case. */
  | 'page-count'
  /** The bytes of a page differ from its digest. */
  | 'digest'
  /** A page of another subject. */
  | 'subject'

/** What is sealed before the bytes of the pages, as JSON. */
interface Manifest {
  readonly subject: string
  readonly pages: readonly (Omit<Page, 'content'> & { readonly length: number; readonly sha256: string })[]
}

/**
 * Seals pages to the visit key of a terminal: HPKE (RFC 9180) in base mode with DHKEM(X25519, HKDF-SHA256), HKDF-SHA256 and
 * AES-256-GCM. `info` is the format, origin, terminal and digest of the challenge, `aad` the case, fence, holder and
 * deadline, each as four bytes of length, big-endian, and its text. The text is the length of the manifest (four bytes,
 * big-endian), the manifest (JSON: subject, and of each page document, media type, subject, length and SHA-256), and the
 * bytes of the pages.
 *
 * @param visitKey - X25519 public key that the card signed, 32 bytes.
 * @param encryption - for simulations only. Default: HPKE.
 * @throws RangeError for 0 or more than {@link mostPages} pages, or more than {@link longestDocument} bytes.
 */
export function sealDocument(
  visitKey: Uint8Array,
  context: SealContext,
  subject: string,
  pages: readonly Page[],
  encryption: Encryption = hpke,
): SealedDocument {
  if (pages.length === 0 || pages.length > mostPages) throw new RangeError(`pages must be 1 to ${mostPages}`)
  const manifest: Manifest = {
    subject,
    pages: pages.map(({ document, mediaType, subject, content }) => {
      return { document, mediaType, subject, length: content.length, sha256: digestOf(content) }
    }),
  }
  const text = Buffer.from(JSON.stringify(manifest))
  const length = 4 + text.length + pages.reduce((sum, { content }) => sum + content.length, 0)
  if (length > longestDocument) throw new RangeError(`a document must have at most ${longestDocument} bytes`)
  const parts = [lengthOf(text), text, ...pages.map(({ content }) => content)]
  const { enc, ciphertext } = encryption.seal(visitKey, infoOf(context), aadOf(context), parts)
  return {
    format: sealFormat,
    case: context.case,
    enc: Buffer.from(enc).toString('base64url'),
    ciphertext: toBase64(ciphertext),
  }
}

/** An opened document. */
export interface OpenedDocument {
  readonly subject: string
  /** Views of one decrypted text, of which they are the only copy. Wipe them when they are printed. */
  readonly pages: readonly Page[]
}

/**
 * Opens a sealed document, and verifies that it belongs to this visit and case, that it is complete and unchanged, and that
 * every page is of its subject.
 *
 * @param visit - key pair of the visit.
 * @param sealed - as received.
 * @param expected - pages of the case, and the time now, milliseconds since 1970, by the server's clock.
 * @param encryption - for simulations only. Default: HPKE.
 * @throws RefusalError `ERR_SEAL` with a {@link SealReason} as `reason`; nothing of it may then be printed.
 */
export function openDocument(
  visit: VisitKey,
  context: SealContext,
  sealed: unknown,
  expected: { readonly pageCount: number; readonly now: number },
  encryption: Encryption = hpke,
): OpenedDocument {
  const { enc, ciphertext } = partsOf(sealed, context.case)
  const text = encryption.open(visit, infoOf(context), aadOf(context), { enc, ciphertext })
  if (text === undefined) throw refused('context')
  try {
    if (expected.now >= context.deadline) throw refused('deadline')
    return documentOf(text, expected.pageCount)
  } catch (error) {
    text.fill(0)
    throw error
  }
}

function documentOf(text: Uint8Array, pageCount: number): OpenedDocument {
  const manifest = manifestOf(text)
  const { subject, pages } = manifest
  if (pages.length !== pageCount) throw refused('page-count')
  if (pages.some((page) => page.subject !== subject)) throw refused('subject')
  const begin = 4 + readLength(text)
  let at = begin
  const opened = pages.map(({ document, mediaType, subject, length, sha256 }) => {
    if (length > text.length - at) throw refused('digest')
    const content = new Uint8Array(text.buffer, text.byteOffset + at, length)
    at += length
    if (digestOf(content) !== sha256) throw refused('digest')
    return { document, mediaType, subject, content }
  })
  if (at !== text.length) throw refused('digest')
  text.fill(0, 0, begin)
  return { subject, pages: opened }
}

function partsOf(sealed: unknown, id: string): { readonly enc: Uint8Array; readonly ciphertext: Uint8Array } {
  const { format, case: named, enc, ciphertext } = isRecord(sealed) ? sealed : {}
  if (format !== sealFormat || !isCaseId(named) || typeof enc !== 'string' || typeof ciphertext !== 'string') {
    throw refused('form')
  }
  if (named !== id) throw refused('context')
  const sender = fromBase64(enc, 'base64url')
  if (sender === undefined || ciphertext.length % 4 !== 0) throw refused('form')
  // In whatever form it was written: its bytes are authenticated.
  return { enc: sender, ciphertext: Buffer.from(ciphertext, 'base64') }
}

/** The manifest; only a server that knows the visit key can have written it, so its form is verified, not its author. */
function manifestOf(text: Uint8Array): Manifest {
  const length = text.length < 4 ? -1 : readLength(text)
  if (length < 0 || 4 + length > text.length) throw refused('form')
  let manifest: unknown
  try {
    manifest = JSON.parse(Buffer.from(text.buffer, text.byteOffset + 4, length).toString())
  } catch {
    throw refused('form')
  }
  const { subject, pages } = isRecord(manifest) ? manifest : {}
  if (typeof subject !== 'string' || !Array.isArray(pages) || !pages.every(isPageEntry)) throw refused('form')
  return { subject, pages }
}

function isPageEntry(value: unknown): value is Manifest['pages'][number] {
  if (!isRecord(value)) return false
  const { document, mediaType, subject, length, sha256 } = value
  const texts = [document, mediaType, subject, sha256]
  return texts.every((text) => typeof text === 'string') && Number.isInteger(length) && (length as number) > 0
}

function refused(reason: SealReason): RefusalError {
  return new RefusalError('ERR_SEAL', `the sealed document is refused: ${reason}`, { reason })
}

/** SHA-256, base64url. */
export function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64url')
}

function infoOf({ origin, terminal, challengeDigest }: SealContext): Uint8Array {
  return framed([sealFormat, origin, terminal, challengeDigest])
}

function aadOf({ case: id, fence, holder, deadline }: SealContext): Uint8Array {
  return framed([id, String(fence), holder, String(deadline)])
}

function framed(texts: readonly string[]): Uint8Array {
  return concat(
    ...texts.flatMap((text) => {
      const bytes = Buffer.from(text)
      return [lengthOf(bytes), bytes]
    }),
  )
}

function lengthOf(bytes: Uint8Array): Uint8Array {
  const length = new Uint8Array(4)
  new DataView(length.buffer).setUint32(0, bytes.length)
  return length
}

function readLength(text: Uint8Array): number {
  return new DataView(text.buffer, text.byteOffset, 4).getUint32(0)
}
