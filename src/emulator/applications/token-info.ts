/** JPKI EF 0006: a CK_TOKEN_INFO of 160 bytes with 32-bit big-endian integers, card-facts section 2 (one source). */

import { asciiBytes, concat } from '../../bytes.ts'
import { uint32 } from '../images/png.ts'
import type { VirtualCardKind } from '../options.ts'

/** The first 32 bytes identify the kind. Card labels: two to five sources; iPhone: one. */
const labels: Readonly<Record<VirtualCardKind, string>> = {
  'my-number': 'JPKIAPICCTOKEN2',
  juki: 'JPKIAPICCTOKEN',
  'phone-android': 'JPKIAPGPSETOKEN',
  'phone-iphone': 'JPKIAPIOSTOKEN',
}

export function tokenInfo(kind: VirtualCardKind): Uint8Array {
  return concat(
    text(labels[kind], 32),
    text('VIRTUAL CARD', 32), // manufacturerID
    text('VIRTUAL1', 16), // model
    text('0000000000000001', 16), // serialNumber
    uint32(0x0000_040d), // flags
    uint32(1), // ulMaxSessionCount
    uint32(0), // ulSessionCount
    uint32(1), // ulMaxRwSessionCount
    uint32(0), // ulRwSessionCount
    uint32(16), // ulMaxPinLen
    uint32(6), // ulMinPinLen
    new Uint8Array(16).fill(0xff), // four memory sizes, unknown
    text('03', 2), // hardwareVersion
    text('01', 2), // firmwareVersion
    text('9999999999999999', 16), // utcTime
  )
}

function text(value: string, length: number): Uint8Array {
  return asciiBytes(value.padEnd(length, ' '))
}
