import { type DecodedCommand, decodeCommand, ins, isSecret } from '../apdu/index.ts'
import { toHex } from '../bytes.ts'
import type { MaskedHex } from './format.ts'

/**
 * What a transcript keeps. `public`: nothing of the holder; files that are not known to be the same on every card are
 * masked. `all-but-secrets`: everything but PINs and keys; for invented persons only.
 */
export type Keep = 'public' | 'all-but-secrets'

/** A range of bytes, `to` exclusive. */
type Range = readonly [from: number, to: number]

const jpki = 'D392F000260100000001'

/** Files without personal data, with the ranges of them that are masked all the same. Any other file is masked. */
const publicFiles: ReadonlyMap<string, readonly Range[]> = new Map<string, readonly Range[]>([
  [`${jpki}/0002`, []],
  [`${jpki}/000B`, []],
  // EF 0006 holds the serial number of the card.
  [`${jpki}/0006`, [[80, 96]]],
  [`${jpki}/0008`, []],
])

/** Follows a session's selections to know which file an answer comes from, and masks what must not be recorded. */
export class Masker {
  readonly #keep: Keep
  #application = ''
  #file = ''

  constructor(keep: Keep) {
    this.#keep = keep
  }

  /** One exchange as text. An unreadable command is masked except for its header. */
  mask(commandBytes: Uint8Array, response: Uint8Array): { readonly send: MaskedHex; readonly receive: MaskedHex } {
    let command: DecodedCommand
    try {
      command = decodeCommand(commandBytes)
    } catch {
      const send = hexWithout(commandBytes, [[4, commandBytes.length]])
      return { send, receive: hexWithout(response, [[0, response.length - 2]]) }
    }
    const offset = this.#follow(command, response)
    return { send: this.#send(command, commandBytes), receive: this.#receive(command, response, offset) }
  }

  /** Tracks what is selected. @returns the file offset a READ BINARY begins at. */
  #follow(command: DecodedCommand, response: Uint8Array): number {
    const { p1, p2, data } = command
    const accepted = response[response.length - 2] === 0x90 || response[response.length - 2] === 0x62
    if (command.ins === ins.select && data !== undefined && accepted) {
      if (p1 === 0x04) {
        this.#application = toHex(data)
        this.#file = ''
      } else if (p1 === 0x02) {
        this.#file = toHex(data)
      }
    }
    if (command.ins !== ins.readBinary) return 0
    if ((p1 & 0x80) === 0) return (p1 << 8) | p2
    if (accepted) this.#file = toHex(Uint8Array.of(0, p1 & 0x1f))
    return p2
  }

  #send(command: DecodedCommand, bytes: Uint8Array): MaskedHex {
    const { data, form } = command
    if (data === undefined) return toHex(bytes)
    const from = form === 'short' ? 5 : 7
    if (isSecret(command)) return hexWithout(bytes, [[from, from + data.length]])
    if (this.#keep === 'all-but-secrets' || command.ins === ins.select) return toHex(bytes)
    // A DigestInfo says nothing about who signs what; a message for the card to hash may.
    const digestInfo = command.ins === ins.performSecurityOperation && data[0] === 0x30 && data.length <= 83
    return digestInfo ? toHex(bytes) : hexWithout(bytes, [[from, from + data.length]])
  }

  #receive(command: DecodedCommand, response: Uint8Array, offset: number): MaskedHex {
    const end = response.length - 2
    if (end <= 0 || this.#keep === 'all-but-secrets') return toHex(response)
    const open = command.ins === ins.readBinary ? publicFiles.get(`${this.#application}/${this.#file}`) : undefined
    if (open === undefined) return hexWithout(response, [[0, end]])
    return hexWithout(
      response,
      open.map(([from, to]) => [Math.max(0, from - offset), Math.min(end, to - offset)] as const),
    )
  }
}

function hexWithout(bytes: Uint8Array, masked: readonly Range[]): MaskedHex {
  const parts = Array.from(bytes, (byte) => toHex(Uint8Array.of(byte)))
  for (const [from, to] of masked) for (let i = from; i < to; i++) parts[i] = '..'
  return parts.join('')
}
