import { createDecipheriv, createHash, createHmac, createPublicKey, diffieHellman, hkdfSync } from 'node:crypto'
import type { VisitKey } from '../../token/index.ts'
import { field } from '../client.ts'

/** What a document must be sealed to: all of it is known to the terminal without the sealed document. */
export interface Sealing {
  readonly origin: string
  readonly terminal: string
  readonly challengeDigest: string
  readonly case: string
  readonly fence: number
  readonly holder: string
  /** Milliseconds since 1970. */
  readonly deadline: number
}

/** A page that a terminal opened. */
export interface OpenedPage {
  readonly document: string
  readonly subject: string
  readonly content: Buffer
}

/** Name and version of the form, in the contract of the case routes. */
const format = 'jpki-card-sealed-document:1'
/** HPKE with DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM: RFC 9180 7. */
const kem = Buffer.from('4b454d0020', 'hex')
const suite = Buffer.from('48504b45002000010002', 'hex')
const spki = '302a300506032b656e032100'

/**
 * Opens a sealed document as the contract describes it, written from RFC 9180 apart from the server.
 *
 * @returns its pages; `undefined` when it was not made for this key and visit, was changed, or is not as described.
 */
export function openSealed(key: VisitKey, sealing: Sealing, sealed: unknown): readonly OpenedPage[] | undefined {
  try {
    if (field(sealed, 'format') !== format || field(sealed, 'case') !== sealing.case) return undefined
    const enc = Buffer.from(String(field(sealed, 'enc')), 'base64url')
    const message = Buffer.from(String(field(sealed, 'ciphertext')), 'base64')
    const der = Buffer.concat([Buffer.from(spki, 'hex'), enc])
    const sender = createPublicKey({ key: der, format: 'der', type: 'spki' })
    const dh = diffieHellman({ privateKey: key.privateKey, publicKey: sender })
    const own = Buffer.from(key.publicKey)
    const shared = derive(kem, Buffer.alloc(0), 'eae_prk', dh, 'shared_secret', Buffer.concat([enc, own]), 32)
    const { origin, terminal, challengeDigest, case: id, fence, holder, deadline } = sealing
    const info = framed(format, origin, terminal, challengeDigest)
    const context = Buffer.concat([Buffer.of(0), hashed('psk_id_hash', ''), hashed('info_hash', info)])
    const none = Buffer.alloc(0)
    const secret = (label: string, length: number) => derive(suite, shared, 'secret', none, label, context, length)
    const tag = message.subarray(message.length - 16)
    const cipher = createDecipheriv('aes-256-gcm', secret('key', 32), secret('base_nonce', 12), { authTagLength: 16 })
    cipher.setAAD(framed(id, String(fence), holder, String(deadline))).setAuthTag(tag)
    return pagesIn(Buffer.concat([cipher.update(message.subarray(0, message.length - 16)), cipher.final()]))
  } catch {
    return undefined
  }
}

/** LabeledExtract, then LabeledExpand, RFC 9180 4: together one HKDF. */
function derive(
  id: Buffer,
  salt: Uint8Array,
  extract: string,
  ikm: Uint8Array,
  expand: string,
  info: Uint8Array,
  length: number,
): Buffer {
  const input = Buffer.concat([Buffer.from('HPKE-v1'), id, Buffer.from(extract), ikm])
  const label = Buffer.concat([Buffer.of(0, length), Buffer.from('HPKE-v1'), id, Buffer.from(expand), info])
  return Buffer.from(hkdfSync('sha256', input, salt, label, length))
}

function hashed(label: string, value: string | Uint8Array): Buffer {
  return createHmac('sha256', '').update('HPKE-v1').update(suite).update(label).update(value).digest()
}

function framed(...texts: readonly string[]): Buffer {
  return Buffer.concat(
    texts.flatMap((text) => {
      const length = Buffer.alloc(4)
      length.writeUInt32BE(Buffer.byteLength(text))
      return [length, Buffer.from(text)]
    }),
  )
}

/** @throws Error for another form, or a page that differs from its digest. */
function pagesIn(text: Buffer): readonly OpenedPage[] {
  const end = 4 + text.readUInt32BE(0)
  const manifest: unknown = JSON.parse(text.toString('utf8', 4, end))
  const subject = String(field(manifest, 'subject'))
  let at = end
  const pages = (field(manifest, 'pages') as readonly unknown[]).map((page): OpenedPage => {
    const content = text.subarray(at, at + Number(field(page, 'length')))
    at += content.length
    const isWhole = content.length === field(page, 'length') && sha256(content) === field(page, 'sha256')
    if (!isWhole || field(page, 'subject') !== subject) throw new Error('another page')
    return { document: String(field(page, 'document')), subject, content }
  })
  if (at !== text.length) throw new Error('more than its pages')
  return pages
}

/** SHA-256, base64url. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64url')
}
