import { createReadStream } from 'node:fs'
import { addAbortSignal, type Readable } from 'node:stream'
import {
  addTimestamp,
  createCms,
  type DocumentHash,
  type DocumentReport,
  type DocumentSigner,
  type DocumentTrust,
  digestOfStream,
  hashesOfCms,
  preparePdf,
  signXml,
  type TimestampSource,
  verifyCmsDocument,
  verifyPdf,
  verifyXml,
} from '../../documents/index.ts'
import { TransportError } from '../../errors.ts'
import { readBounded } from '../bounded-file.ts'
import { withFile } from '../cli-error.ts'
import type { Io } from '../io.ts'
import type { Progress } from './progress.ts'

/** A document to be signed. */
export interface SignInput {
  readonly io: Io
  /** A path, or `-` for standard input. */
  readonly source: string
  readonly detached: boolean
  /** Whether a timestamp will be added. */
  readonly timestamped: boolean
  readonly hash: DocumentHash
  readonly progress: Progress
}

/** A document that is read and hashed: nothing but the signature is missing. */
export type PreparedDocument = (signer: DocumentSigner) => Promise<SignedDocument>

/** A document with its signature, when the card is not needed any more. */
export interface SignedDocument {
  readonly profile: string
  /** Adds a timestamp, if there is a source, and returns the content of the file. */
  complete(timestamp: TimestampSource | undefined): Promise<{ readonly bytes: Uint8Array; readonly profile: string }>
}

/** A document to be verified. */
export interface VerifyInput {
  readonly io: Io
  readonly source: string
  /** File with the signature, when it is not in the document. */
  readonly signature: string | undefined
  readonly trust: DocumentTrust
  readonly progress: Progress
}

/** One form of signed documents. */
export interface DocumentForm {
  /** Whether the signature can be a file of its own, and whether it can have a timestamp. */
  readonly takes: { readonly detached: boolean; readonly timestamp: boolean }
  /** Whether a file begins as one of this form does. */
  isOne(head: Uint8Array): boolean
  prepare(input: SignInput): Promise<PreparedDocument>
  verify(input: VerifyInput): Promise<DocumentReport>
}

/** Longest document that is read as a whole, bytes: a longer one is signed detached. */
export const maxWhole = 268_435_456

const ascii = (head: Uint8Array, from: number, to: number): string =>
  Buffer.from(head.subarray(from, to)).toString('latin1')

/** CMS: ContentInfo in DER or PEM. */
const cms: DocumentForm = {
  takes: { detached: true, timestamp: true },
  isOne: (head) => head[0] === 0x30 || /^-----BEGIN (CMS|PKCS7)-----/.test(ascii(head, 0, 32)),
  async prepare(input) {
    const { hash, detached } = input
    const content = detached
      ? { digest: (await hashed(input, [hash])).digests[hash]! }
      : { bytes: await whole(input), attach: true }
    return async (signer) => {
      const { der } = await createCms({ signer, hash, content })
      return {
        profile: 'CAdES-B-B',
        complete: async (timestamp) =>
          timestamp === undefined
            ? { bytes: der, profile: 'CAdES-B-B' }
            : { bytes: await addTimestamp(der, timestamp), profile: 'CAdES-B-T' },
      }
    }
  },
  async verify(input) {
    const { signature, trust } = input
    if (signature === undefined) return verifyCmsDocument(derOf(await whole(input)), { trust })
    const der = derOf(await withFile('cannot-read', () => readBounded(signature, maxWhole)))
    const { digests, bytes } = await hashed(input, hashesOfCms(der))
    return verifyCmsDocument(der, { trust, content: (hash) => digests[hash]!, contentBytes: bytes })
  },
}

/** PDF: PAdES, by incremental update. A header may stand within the first 1024 bytes, ISO 32000-1 annex H. */
const pdf: DocumentForm = {
  takes: { detached: false, timestamp: true },
  isOne: (head) => ascii(head, 0, head.length).includes('%PDF-'),
  async prepare(input) {
    const { hash, timestamped } = input
    const prepared = preparePdf(await whole(input), { hash, timestamped })
    return async (signer) => {
      const untimed = await prepared.sign(signer)
      return {
        profile: 'PAdES-B-B',
        complete: async (timestamp) => {
          const { pdf: bytes } = await untimed.complete(timestamp)
          return { bytes, profile: timestamp === undefined ? 'PAdES-B-B' : 'PAdES-B-T' }
        },
      }
    }
  },
  async verify(input) {
    return verifyPdf(await whole(input), { trust: input.trust })
  },
}

/** XML: XAdES-BES, inside of the document, or beside it as a document that names it. */
const xml: DocumentForm = {
  takes: { detached: true, timestamp: false },
  isOne: (head) => /^(?:\xef\xbb\xbf)?\s*</.test(ascii(head, 0, head.length)),
  async prepare(input) {
    const { hash, detached, source } = input
    const bytes = await whole(input)
    const form = detached ? ({ form: 'detached', uri: uriOf(source) } as const) : ({ form: 'enveloped' } as const)
    return async (signer) => {
      const signed = await signXml(bytes, signer, { ...form, hash })
      return { profile: 'XAdES-BES', complete: async () => ({ bytes: signed.bytes, profile: 'XAdES-BES' }) }
    }
  },
  async verify(input) {
    const { signature, source, trust } = input
    if (signature === undefined) return verifyXml(await whole(input), { trust })
    const resources = { [uriOf(source)]: await whole(input) }
    return verifyXml(await withFile('cannot-read', () => readBounded(signature, maxWhole)), { trust, resources })
  },
}

/** URI of a file beside its signature: its name. */
const uriOf = (source: string): string => encodeURIComponent(source.split(/[/\\]/).at(-1)!)

/** Every form by its name, in the order in which they are tried. */
export const documentForms: Readonly<Record<FormName, DocumentForm>> = { cms, pdf, xml }

/** Name of a form. */
export type FormName = 'cms' | 'pdf' | 'xml'

/** PEM of one CMS, or DER as it is. RFC 7468 9. */
function derOf(bytes: Uint8Array): Uint8Array {
  const text = bytes[0] === 0x2d ? Buffer.from(bytes).toString('latin1') : ''
  const [, , base64] = /^-----BEGIN (CMS|PKCS7)-----([A-Za-z0-9+/=\s]+)-----END \1-----\s*$/.exec(text) ?? []
  return base64 === undefined ? bytes : new Uint8Array(Buffer.from(base64, 'base64'))
}

/** The whole document. */
export function whole({ io, source }: Pick<SignInput, 'io' | 'source'>): Promise<Uint8Array> {
  return withFile('cannot-read', () => readBounded(source === '-' ? io.stdin : source, maxWhole))
}

function hashed(
  { io, source, progress }: Pick<SignInput, 'io' | 'source' | 'progress'>,
  hashes: readonly DocumentHash[],
) {
  return withFile('cannot-read', async () => {
    const stream = source === '-' ? io.stdin : createReadStream(source, { highWaterMark: 1_048_576 })
    try {
      return await digestOfStream(addAbortSignal<Readable>(io.signal, stream), hashes, { onProgress: progress.at })
    } catch (error) {
      if (io.signal.aborted) throw new TransportError('ERR_ABORTED', 'interrupted while the file was hashed')
      throw error
    } finally {
      progress.end()
    }
  })
}
