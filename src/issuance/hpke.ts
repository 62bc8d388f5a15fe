import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPublicKey,
  diffieHellman,
  type KeyObject,
} from 'node:crypto'
import { createVisitKey, type VisitKey } from '../token/index.ts'

/**
 * Hybrid public key encryption, RFC 9180: base mode, single shot, with DHKEM(X25519, HKDF-SHA256), HKDF-SHA256 and
 * AES-256-GCM. One message per key pair of the sender, so the sequence number is always 0.
 */

const kemId = Buffer.from([0x00, 0x20])
const kemSuite = Buffer.concat([Buffer.from('KEM'), kemId])
// KEM 0x0020, KDF 0x0001 (HKDF-SHA256), AEAD 0x0002 (AES-256-GCM).
const suite = Buffer.concat([Buffer.from('HPKE'), kemId, Buffer.from([0x00, 0x01, 0x00, 0x02])])
const version = Buffer.from('HPKE-v1')
const none = Buffer.alloc(0)
/** `psk_id_hash` of the modes without a shared key, RFC 9180 5.1. */
const pskIdHash = extract(suite, none, 'psk_id_hash', none)
const tagLength = 16

/** An encrypted message: the sender's public key (32 bytes), and the ciphertext with its tag (16 bytes longer than the text). */
export interface Encrypted {
  readonly enc: Uint8Array
  readonly ciphertext: Uint8Array
}

/** Encryption to a public key, as a port of simulations: opened with the private key and the same `info` and `aad` only. */
export interface Encryption {
  /** RFC 9180 5.1.1, single shot. */
  seal(recipient: Uint8Array, info: Uint8Array, aad: Uint8Array, parts: readonly Uint8Array[]): Encrypted
  /** RFC 9180 5.1.1, single shot; `undefined` when it does not open. */
  open(recipient: VisitKey, info: Uint8Array, aad: Uint8Array, message: Encrypted): Uint8Array | undefined
}

/**
 * Encrypts `parts`, concatenated.
 *
 * @param recipient - X25519 public key, 32 bytes.
 * @throws Error of `node:crypto` for a public key of small order.
 */
export function hpkeSeal(
  recipient: Uint8Array,
  info: Uint8Array,
  aad: Uint8Array,
  parts: readonly Uint8Array[],
): Encrypted {
  // The sender's key pair is of the same kind, and for this message only.
  const { publicKey: enc, privateKey } = createVisitKey()
  const dh = diffieHellman({ privateKey, publicKey: publicKeyOf(recipient) })
  const { key, nonce } = schedule(dh, enc, recipient, info)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(aad)
  const blocks = parts.map((part) => cipher.update(part))
  const ciphertext = Buffer.concat([...blocks, cipher.final(), cipher.getAuthTag()])
  wipe(dh, key)
  return { enc, ciphertext }
}

/**
 * Decrypts.
 *
 * @returns the text, or `undefined` when the message was not made for this key, info and aad, or was changed.
 */
export function hpkeOpen(
  { publicKey, privateKey }: VisitKey,
  info: Uint8Array,
  aad: Uint8Array,
  { enc, ciphertext }: Encrypted,
): Uint8Array | undefined {
  if (enc.length !== 32 || ciphertext.length < tagLength) return undefined
  const end = ciphertext.length - tagLength
  let text: Buffer | undefined
  try {
    const dh = diffieHellman({ privateKey, publicKey: publicKeyOf(enc) })
    const { key, nonce } = schedule(dh, enc, publicKey, info)
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagLength })
    decipher.setAAD(aad).setAuthTag(ciphertext.subarray(end))
    text = decipher.update(ciphertext.subarray(0, end))
    wipe(dh, key)
    decipher.final()
    return text
  } catch {
    // A key of small order, or a tag that does not match.
    text?.fill(0)
    return undefined
  }
}

/** RFC 9180. */
export const hpke: Encryption = {
  seal: hpkeSeal,
  open: hpkeOpen,
}

/** Encap and KeySchedule, RFC 9180 4.1 and 5.1, mode_base. */
function schedule(dh: Uint8Array, enc: Uint8Array, recipient: Uint8Array, info: Uint8Array) {
  const eaePrk = extract(kemSuite, none, 'eae_prk', dh)
  const shared = expand(kemSuite, eaePrk, 'shared_secret', Buffer.concat([enc, recipient]), 32)
  const context = Buffer.concat([Buffer.from([0x00]), pskIdHash, extract(suite, none, 'info_hash', info)])
  const secret = extract(suite, shared, 'secret', none)
  const key = expand(suite, secret, 'key', context, 32)
  const nonce = expand(suite, secret, 'base_nonce', context, 12)
  wipe(eaePrk, shared, secret)
  return { key, nonce }
}

/** LabeledExtract, RFC 9180 4. */
function extract(suiteId: Uint8Array, salt: Uint8Array, label: string, ikm: Uint8Array): Buffer {
  return createHmac('sha256', salt).update(version).update(suiteId).update(label).update(ikm).digest()
}

/** LabeledExpand, RFC 9180 4, for up to 32 bytes: one block of HKDF-Expand. */
function expand(suiteId: Uint8Array, prk: Uint8Array, label: string, info: Uint8Array, length: number): Buffer {
  const labeled = createHmac('sha256', prk)
    .update(Buffer.from([0, length]))
    .update(version)
    .update(suiteId)
  return labeled
    .update(label)
    .update(info)
    .update(Buffer.from([1]))
    .digest()
    .subarray(0, length)
}

/** An X25519 public key of its 32 bytes, RFC 8037 2: a JSON Web Key is imported ten times as fast as DER. */
function publicKeyOf(raw: Uint8Array): KeyObject {
  const x = Buffer.from(raw.buffer, raw.byteOffset, raw.length).toString('base64url')
  return createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x }, format: 'jwk' })
}

function wipe(...secrets: readonly Uint8Array[]): void {
  for (const secret of secrets) secret.fill(0)
}
