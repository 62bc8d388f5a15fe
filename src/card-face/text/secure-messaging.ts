import { constants, createCipheriv, createDecipheriv, createPublicKey, publicEncrypt, randomBytes } from 'node:crypto'
import {
  type CommandApdu,
  classifyStatus,
  ins,
  isConclusive,
  type ResponseApdu,
  setSessionKey,
} from '../../apdu/index.ts'
import { concat, copyBytes } from '../../bytes.ts'
import type { Protection } from '../../card/exchange.ts'
import { type Capabilities, type CardApplication, type CardSession, statusError } from '../../card/index.ts'
import { DecodeError, SecureMessagingError } from '../../errors.ts'
import { type CardPublicKey, pkcs1, registryApplications } from '../../registry/index.ts'
import { encodeTlv, readTlv } from '../../tlv/index.ts'

const block = 16
const cbc = 'aes-128-cbc'

/** Length of the session key, bytes: AES-128. */
const sessionKeyLength = 16

/**
 * AES-128-CBC as the text application uses it: padding `80 00 … 00` always there, and an initial vector that is the AES of a
 * counter, 16 bytes big-endian. One public source, measured on a card.
 *
 * Source of the padding: ISO/IEC 7816-4 6.2.3.1.
 */
export class CounterCipher {
  readonly #key: Uint8Array
  #counter = 0

  /** @param key - 16 bytes; becomes the property of the object. */
  constructor(key: Uint8Array) {
    this.#key = key
  }

  /** Begins the next protected command. The first has the counter 1. */
  advance(): void {
    this.#counter++
  }

  /** Ciphertext under the current counter: whole blocks, at least one. */
  encrypt(plain: Uint8Array): Uint8Array {
    const padded = new Uint8Array(paddedLength(plain.length))
    padded.set(plain)
    padded[plain.length] = 0x80
    try {
      return this.#run(createCipheriv(cbc, this.#key, this.#vector()), padded)
    } finally {
      padded.fill(0)
    }
  }

  /** Plain bytes; `undefined` when it is not a whole number of blocks or has no padding. */
  decrypt(ciphertext: Uint8Array): Uint8Array | undefined {
    if (ciphertext.length === 0 || ciphertext.length % block !== 0) return undefined
    const padded = this.#run(createDecipheriv(cbc, this.#key, this.#vector()), ciphertext)
    const marker = padded.findLastIndex((byte) => byte !== 0)
    const found = padded[marker] === 0x80 && padded.length - marker <= block
    if (found) return padded.subarray(0, marker)
    padded.fill(0)
    return undefined
  }

  /** Overwrites the key. */
  wipe(): void {
    this.#key.fill(0)
  }

  #vector(): Uint8Array {
    const counter = new Uint8Array(block)
    new DataView(counter.buffer).setUint32(block - 4, this.#counter)
    return this.#run(createCipheriv(cbc, this.#key, new Uint8Array(block)), counter)
  }

  #run(cipher: ReturnType<typeof createCipheriv | typeof createDecipheriv>, blocks: Uint8Array): Uint8Array {
    const result = cipher.setAutoPadding(false).update(blocks)
    const own = new Uint8Array(result)
    result.fill(0)
    return own
  }
}

/** Bytes of a ciphertext for so many plain ones. */
export function paddedLength(plain: number): number {
  return block * (Math.floor(plain / block) + 1)
}

/** Random bytes a session key is made of; the first 16 become the key. */
const seedLength = 32

/**
 * Makes a session key and delivers it with SET SESSION KEY under the card's key, by RSA-OAEP with SHA-256: one exchange where
 * extended lengths work, else chained commands, which no client is known to use.
 *
 * @returns the key, 16 bytes, to be wiped by the caller.
 * @throws StatusWordError `ERR_SECURITY_STATUS` before a clear VERIFY of the PIN, `ERR_STATUS_WORD` when the card does not take it.
 * @throws DecodeError `ERR_CARD_DATA` when the card's key cannot be used.
 */
export async function deliverSessionKey(session: CardSession, key: CardPublicKey): Promise<Uint8Array> {
  const seed = new Uint8Array(randomBytes(seedLength))
  try {
    await deliver(session, encrypted(key, seed))
    return copyBytes(seed, 0, sessionKeyLength)
  } finally {
    seed.fill(0)
  }
}

async function deliver(session: CardSession, material: Uint8Array): Promise<void> {
  const { capabilities } = session
  const command = setSessionKey(material)
  const { sw } = await session.transmit(command)
  if (sw === 0x9000) return
  if (capabilities.extendedLength !== 'unknown' || isConclusive(sw)) throw statusError(command.name, sw)
  capabilities.extendedLength = 'no'
  const { sw: chained } = await session.transmit(command)
  if (chained === 0x9000) return
  capabilities.extendedLength = 'unknown'
  // A refusal of chaining says nothing about the key.
  throw statusError(command.name, isConclusive(chained) ? chained : sw)
}

function encrypted(cardKey: CardPublicKey, seed: Uint8Array): Uint8Array {
  const material = keyMaterial(seed)
  try {
    const key = createPublicKey(pkcs1(cardKey))
    return new Uint8Array(
      publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }, material),
    )
  } catch (cause) {
    throw new DecodeError('ERR_CARD_DATA', 'the key for secure messaging cannot be used', 0, { cause })
  } finally {
    material.fill(0)
  }
}

/** Key material as SET SESSION KEY takes it, before it is encrypted: `A0 { 80 seed }`. */
function keyMaterial(seed: Uint8Array): Uint8Array {
  return concat(Uint8Array.of(0xa0, 2 + seedLength, 0x80, seedLength), seed)
}

/** Class of a protected command: secure messaging without the header authenticated. */
const protectedClass = 0x08
const cryptogram = 0x86
const expectedLength = 0x96
/** Padding-content indicator: padded as in ISO/IEC 7816-4 6.2.3.1. */
const padded = 0x01
/** Status words that end it: objects missing, objects wrong, no session, not supported. */
const endings: ReadonlySet<number> = new Set([0x6987, 0x6988, 0x69fc, 0x6882])

/** Most plain bytes whose cryptogram fits a short response: 15 blocks less one byte of padding. */
const shortBlock = 239
const longest = 65_536

/**
 * Secure messaging of the text application: VERIFY and READ BINARY go encrypted, everything else in the clear. There is no
 * checksum: it keeps out a listener, not an attacker who can alter the traffic. One public source.
 */
export class SecureMessaging implements Protection {
  readonly application: CardApplication = registryApplications.text
  readonly #cipher: CounterCipher
  readonly #capabilities: Capabilities
  #ended = false
  /** INS of the command on its way. */
  #ins = 0

  /** @param key - 16 bytes; becomes the property of the object. */
  constructor(key: Uint8Array, capabilities: Capabilities) {
    this.#cipher = new CounterCipher(key)
    this.#capabilities = capabilities
  }

  /** The card or a selection ended it. */
  get ended(): boolean {
    return this.#ended
  }

  wrap(command: CommandApdu): CommandApdu | undefined {
    const verify = command.ins === ins.verify && command.data !== undefined
    if (!verify && command.ins !== ins.readBinary) return undefined
    if (this.#ended) throw lost('secure messaging has ended; start it again, or end it to go on in the clear')
    this.#cipher.advance()
    this.#ins = command.ins
    return verify ? this.#wrapVerify(command, command.data) : this.#wrapRead(command)
  }

  unwrap(response: ResponseApdu): ResponseApdu {
    const { sw, data } = response
    if (endings.has(sw)) {
      this.end()
      throw lost(`the card ended secure messaging with ${sw.toString(16).toUpperCase()}`, { sw })
    }
    // Only READ BINARY returns data; data with any other command is ignored.
    if (this.#ins !== ins.readBinary) return { sw, data: new Uint8Array() }
    if (data.length > 0 || classifyStatus(sw).kind === 'ok') return { sw, data: this.#plain(data) }
    return response
  }

  end(): void {
    this.#ended = true
    this.#cipher.wipe()
  }

  #wrapVerify(command: CommandApdu, value: Uint8Array): CommandApdu {
    const data = encodeTlv(cryptogram, Uint8Array.of(padded), this.#cipher.encrypt(value))
    return { ...command, cla: protectedClass, data, sensitive: true }
  }

  #wrapRead(command: CommandApdu): CommandApdu {
    const extended = this.#capabilities.extendedLength !== 'no'
    const ne = Math.min(command.ne ?? longest, extended ? longest : shortBlock)
    // The largest value is encoded as 0000, which asks for the whole file.
    const data = encodeTlv(expectedLength, Uint8Array.of(0, (ne >> 8) & 0xff, ne & 0xff))
    return { ...command, cla: protectedClass, data, ne: extended ? longest : 256 }
  }

  #plain(data: Uint8Array): Uint8Array {
    const plain = this.#cipher.decrypt(ciphertextOf(data))
    if (plain === undefined) throw lost('the response cannot be decrypted')
    return plain
  }
}

/** The ciphertext of `86 L 01 ‖ ciphertext`. */
function ciphertextOf(data: Uint8Array): Uint8Array {
  try {
    const { tag, value } = readTlv(data, { maxDepth: 1, maxLength: 65_536, minimalLengths: false })
    if (tag === cryptogram && value[0] === padded) return value.subarray(1)
  } catch (cause) {
    if (!(cause instanceof DecodeError)) throw cause
    throw lost('the response is not in the protected form', { cause })
  }
  throw lost('the response is not in the protected form')
}

function lost(message: string, detail: { sw?: number; cause?: unknown } = {}): SecureMessagingError {
  return new SecureMessagingError(message, detail)
}
