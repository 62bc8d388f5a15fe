import { concat, fromHex } from '../../src/bytes.ts'
import type { Identity } from '../../src/emulator/index.ts'
import { encodeTlv, readTlv, type Tlv, tlvTotalLength } from '../../src/tlv/index.ts'
import type { CardTransport } from '../../src/transport/index.ts'
import { answering } from '../support/virtual.ts'
import { cardInReader } from './harness.ts'

/** A card whose file, read by this short identifier in one exchange, has other fields. */
export async function cardWithFields(
  sfi: number,
  change: (fields: readonly Tlv[]) => readonly (readonly [tag: number, value: Uint8Array])[],
): Promise<CardTransport> {
  const { transport } = await cardInReader()
  const connect = transport.connect.bind(transport)
  const command = `00B0${(0x80 | sfi).toString(16).toUpperCase()}`
  transport.connect = async (...args) =>
    answering(await connect(...args), (sent, response) => {
      if (!sent.startsWith(command)) return undefined
      const file = response.subarray(0, tlvTotalLength(response, { minimalTags: false }))
      const { tag, children } = readTlv(file, { minimalTags: false })
      return concat(
        encodeTlv(tag, ...change(children).map(([field, value]) => encodeTlv(field, value))),
        fromHex('9000'),
      )
    })
  return transport
}

/** Fields as they are, but for one. */
export function withField(fields: readonly Tlv[], changed: number, by: Uint8Array): (readonly [number, Uint8Array])[] {
  return fields.map(({ tag, value }) => [tag, tag === changed ? by : value] as const)
}

/** Lines of 照合番号B, part by part. */
export function codeBLines(
  { holder, cardExpiry, securityCode }: Identity,
  birthDate: string = holder.birthDate,
): string {
  return `${birthDate}\n${cardExpiry.slice(0, 4)}\n${securityCode}\n`
}
