import {
  type CommandApdu,
  decodeResponse,
  encodeCommand,
  getResponse,
  isSecret,
  type ResponseApdu,
} from '../apdu/index.ts'
import { classifyStatus } from '../apdu/status.ts'
import { concat } from '../bytes.ts'
import { ResponseError } from '../errors.ts'
import type { CardConnection } from '../transport/connection.ts'

/** Most response bytes collected over 61XX, ISO/IEC 7816-4 5.2: Ne is at most 65 536. */
const maxCollected = 65_536
const shortBlock = 255

/** One command on the wire; counts it and wipes the encoded bytes of a secret one. */
type SendOnce = (command: CommandApdu, form: 'short' | 'extended') => Promise<ResponseApdu>

/**
 * Sends one command and returns its whole response: the only place that fetches 61XX, repeats after 6CXX and chains
 * long command data. Secret commands (VERIFY, CHANGE and the like) are sent exactly once, whatever the card answers.
 *
 * @param extended - whether extended length fields may be used; otherwise long data is chained and Ne is cut to 256.
 * @param onExchange - called once per exchange with the card, before it.
 * @throws ResponseError when the response is malformed or grows past 65 536 bytes.
 */
export async function exchange(
  connection: CardConnection,
  command: CommandApdu,
  extended: boolean,
  onExchange: () => void,
): Promise<ResponseApdu> {
  const sendOnce: SendOnce = async (one, form) => {
    const bytes = encodeCommand(one, form)
    onExchange()
    try {
      return decodeResponse(await connection.transmit(bytes))
    } finally {
      if (isSecret(one)) bytes.fill(0)
    }
  }
  const secret = isSecret(command)
  const long = (command.data?.length ?? 0) > shortBlock || (command.ne ?? 0) > 256
  let response: ResponseApdu
  if (!long) response = await sendOnce(command, 'short')
  else if (extended || secret) response = await sendOnce(command, 'extended')
  else response = await sendChained(command, sendOnce)
  if (secret) return response
  response = await repeatWithExactLe(command, response, sendOnce)
  return collect(command, response, sendOnce)
}

/** ISO/IEC 7816-4 5.3.3: CLA bit 5 on all but the last command; every part before it must be answered 9000. */
async function sendChained(command: CommandApdu, sendOnce: SendOnce): Promise<ResponseApdu> {
  const { data = new Uint8Array(), ne, ...rest } = command
  let at = 0
  for (; data.length - at > shortBlock; at += shortBlock) {
    const part = { ...rest, cla: rest.cla | 0x10, data: data.subarray(at, at + shortBlock) }
    const response = await sendOnce(part, 'short')
    if (response.sw !== 0x9000) return response
  }
  const tail = data.subarray(at)
  const last = { ...rest, ...(tail.length > 0 && { data: tail }), ...(ne !== undefined && { ne: Math.min(ne, 256) }) }
  return sendOnce(last, 'short')
}

async function repeatWithExactLe(
  command: CommandApdu,
  response: ResponseApdu,
  sendOnce: SendOnce,
): Promise<ResponseApdu> {
  const status = classifyStatus(response.sw)
  if (status.kind !== 'wrong-le' || command.ne === undefined) return response
  if ((command.data?.length ?? 0) > shortBlock) return response
  return sendOnce({ ...command, ne: status.exact }, 'short')
}

async function collect(command: CommandApdu, first: ResponseApdu, sendOnce: SendOnce): Promise<ResponseApdu> {
  if (classifyStatus(first.sw).kind !== 'more-data') return first
  const parts = [first.data]
  let total = first.data.length
  let response = first
  for (;;) {
    const status = classifyStatus(response.sw)
    if (status.kind !== 'more-data') return { data: concat(...parts), sw: response.sw }
    response = await sendOnce(getResponse(command.cla, status.available), 'short')
    const exact = classifyStatus(response.sw)
    if (exact.kind === 'wrong-le') response = await sendOnce(getResponse(command.cla, exact.exact), 'short')
    if (response.data.length === 0 && classifyStatus(response.sw).kind === 'more-data') {
      throw new ResponseError('ERR_RESPONSE_MALFORMED', 'GET RESPONSE brought no data but announced more')
    }
    total += response.data.length
    if (total > maxCollected) {
      throw new ResponseError('ERR_RESPONSE_TOO_LONG', `the card keeps announcing data past ${maxCollected} bytes`)
    }
    parts.push(response.data)
  }
}
