import { type CommandApdu, classifyStatus, ins, type ResponseApdu } from '../../apdu/index.ts'
import type { Protection } from '../../card/exchange.ts'
import type { Capabilities, CardApplication } from '../../card/index.ts'
import { DecodeError, SecureMessagingError } from '../../errors.ts'
import { registryApplications } from '../../registry/index.ts'
import { encodeTlv, readTlv } from '../../tlv/index.ts'
import { CounterCipher } from './cipher.ts'

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
