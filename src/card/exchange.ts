import type { CommandApdu, ResponseApdu } from '../apdu/index.ts'
import { carriesData, classifyStatus, encodeCommand, fitsShort, getResponse, ins, isSecret } from '../apdu/index.ts'
import { adoptResponse } from '../apdu/response.ts'
import { concat } from '../bytes.ts'
import { ResponseError } from '../errors.ts'
import type { CardConnection } from '../transport/index.ts'
import type { CardApplication } from './application.ts'

/**
 * Secure messaging of one application, between a session and its exchanges: called for every command while that
 * application is current, and notified when the card has lost the session keys.
 */
export interface Protection {
  readonly application: CardApplication
  /**
   * The protected form of a command; `undefined` for a command sent in plain.
   *
   * @throws SecureMessagingError when a command must be protected and the keys are lost. Nothing has been sent then.
   */
  wrap(command: CommandApdu): CommandApdu | undefined
  /** The plain response to the last wrapped command. @throws SecureMessagingError when it is not protected. */
  unwrap(response: ResponseApdu): ResponseApdu
  /** Wipes keys and counter. Commands that must be protected are refused from then on. */
  end(): void
}

/** Response bytes collected over 61XX, at most, ISO/IEC 7816-4 5.2: Ne is at most 65 536. */
const maxCollected = 65_536
/** GET RESPONSE commands per command, at most: twice those needed for that many bytes. */
const maxPieces = 512
const shortBlock = 255
/** CLA bits that say secure messaging, ISO/IEC 7816-4 5.4.1 table 2. */
const secureMessaging = 0x0c

/** Transmission of one command and its continuation. */
interface Wire {
  readonly connection: CardConnection
  readonly onExchange: () => void
}

/**
 * Sends one command and returns its whole response: the only place that fetches 61XX, repeats after 6CXX and chains
 * long command data. Secret commands (VERIFY, CHANGE and the like) are sent exactly once, whatever the response.
 *
 * SELECT with status 61XX keeps that status when GET RESPONSE returns no data: it is selected.
 *
 * @param extended - whether extended length fields may be used; otherwise long data is chained and Ne is cut to 256.
 * @param onExchange - called once per exchange with the card, before it.
 * @throws ResponseError when the response is malformed, grows past 65 536 bytes or comes in more than 512 pieces.
 */
export async function exchange(
  connection: CardConnection,
  command: CommandApdu,
  extended: boolean,
  onExchange: () => void,
): Promise<ResponseApdu> {
  const wire: Wire = { connection, onExchange }
  if (isSecret(command)) return sendSecret(wire, command)
  const short = fitsShort(command)
  const response = await (short || extended ? sendOnce(wire, command) : sendChained(wire, command))
  const sw1 = response.sw >> 8
  if (sw1 !== 0x61 && sw1 !== 0x6c) return response
  return collect(wire, command, await repeatWithExactLe(wire, command, response))
}

/** One command on the wire, in the short form when it fits. */
async function sendOnce(wire: Wire, command: CommandApdu): Promise<ResponseApdu> {
  const bytes = encodeCommand(command)
  wire.onExchange()
  return adoptResponse(await wire.connection.transmit(bytes))
}

/** The same for a command whose data is secret: its encoded bytes are wiped. */
async function sendSecret(wire: Wire, command: CommandApdu): Promise<ResponseApdu> {
  const bytes = encodeCommand(command)
  wire.onExchange()
  try {
    return adoptResponse(await wire.connection.transmit(bytes))
  } finally {
    bytes.fill(0)
  }
}

/** ISO/IEC 7816-4 5.3.3: CLA bit 5 on all but the last command; every part before it must be answered 9000. */
async function sendChained(wire: Wire, command: CommandApdu): Promise<ResponseApdu> {
  const { data = new Uint8Array(), ne, ...rest } = command
  let at = 0
  for (; data.length - at > shortBlock; at += shortBlock) {
    const part = { ...rest, cla: rest.cla | 0x10, data: data.subarray(at, at + shortBlock) }
    const response = await sendOnce(wire, part)
    if (response.sw !== 0x9000) return response
  }
  const tail = data.subarray(at)
  const last = { ...rest, ...(tail.length > 0 && { data: tail }), ...(ne !== undefined && { ne: Math.min(ne, 256) }) }
  return sendOnce(wire, last)
}

async function repeatWithExactLe(wire: Wire, command: CommandApdu, response: ResponseApdu): Promise<ResponseApdu> {
  const status = classifyStatus(response.sw)
  if (status.kind !== 'wrong-le' || command.ne === undefined) return response
  // Under secure messaging the card has incremented its counter: the same bytes would be out of sequence.
  if ((command.cla & secureMessaging) !== 0) return response
  if ((command.data?.length ?? 0) > shortBlock) return response
  return sendOnce(wire, { ...command, ne: status.exact })
}

async function collect(wire: Wire, command: CommandApdu, first: ResponseApdu): Promise<ResponseApdu> {
  if (classifyStatus(first.sw).kind !== 'more-data') return first
  const parts = [first.data]
  let total = first.data.length
  let response = first
  for (;;) {
    const status = classifyStatus(response.sw)
    if (parts.length > maxPieces) {
      throw new ResponseError('ERR_RESPONSE_TOO_LONG', `the card returns its response in more than ${maxPieces} parts`)
    }
    if (status.kind !== 'more-data') {
      // 61XX means that the file or application is selected; its control information is not needed.
      const selected = command.ins === ins.select && !carriesData(status)
      return { data: concat(...parts), sw: selected ? first.sw : response.sw }
    }
    response = await sendOnce(wire, getResponse(command.cla, status.available))
    const exact = classifyStatus(response.sw)
    if (exact.kind === 'wrong-le') response = await sendOnce(wire, getResponse(command.cla, exact.exact))
    if (response.data.length === 0 && classifyStatus(response.sw).kind === 'more-data') {
      throw new ResponseError('ERR_RESPONSE_MALFORMED', 'GET RESPONSE returned no data but announced more')
    }
    total += response.data.length
    if (total > maxCollected) {
      throw new ResponseError('ERR_RESPONSE_TOO_LONG', `the card keeps announcing data past ${maxCollected} bytes`)
    }
    parts.push(response.data)
  }
}
