/**
 * BER-TLV on bytes, strict and bounded.
 */
export type { Tlv, TlvLimits } from './read.ts'
export { readTlv, readTlvs, tlvTotalLength } from './read.ts'
export { encodeTlv } from './write.ts'
