/**
 * ISO/IEC 7816-4 on a connection: sessions, files, PINs, and the underlying APDUs, TLV and connections. Independent of
 * particular applications.
 *
 * @example
 * ```ts
 * import { CardSession, describeStatus, selectApplication } from 'jpki-card/card'
 * import { createVirtualCard, VirtualTransport } from 'jpki-card/emulator'
 *
 * const transport = new VirtualTransport({ card: await createVirtualCard() })
 * const { name } = await transport.waitForCard()
 * const session = new CardSession(await transport.connect(name))
 * const aid = Uint8Array.from(Buffer.from('D392F000260100000001', 'hex'))
 * const { sw } = await session.transmit(selectApplication(aid))
 * console.log(sw.toString(16), describeStatus(sw))
 * await session.close()
 * await transport.close()
 * ```
 * @module jpki-card/card
 */
export * from '../apdu/index.ts'
export type { PinFormat } from '../pins.ts'
export * from '../tlv/index.ts'
export * from '../transport/index.ts'
export type { CardApplication } from './application.ts'
export type { Ability, Capabilities } from './capabilities.ts'
export { historicalBytes, initialCapabilities } from './capabilities.ts'
export type { FileExtent, ReadFileOptions } from './files.ts'
export { readFile, readFileRecord } from './files.ts'
export { Pin } from './pin.ts'
export type { PinDevice, PinEntryOptions, PinReference, PinStatus, VerifyPinOptions } from './pin-guard.ts'
export {
  changePin,
  pinEntries,
  readPinStatus,
  refuseInherited,
  requirePinEntry,
  requirePinFormat,
  spendTheLastTry,
  verifyPin,
} from './pin-guard.ts'
export type { KeypadOptions, PinpadOptions } from './pinpad/entry.ts'
export { changePinOnPinpad, Keypad, verifyPinOnPinpad } from './pinpad/entry.ts'
export type { PinpadProperties } from './pinpad/features.ts'
export type { NoPinpad, Pinpad, PinpadMisfit, PinpadSearch } from './pinpad/find.ts'
export { findPinpad, pinpadMisfit } from './pinpad/find.ts'
export type { CardSessionOptions, ClearReport, ExchangeEvent } from './session.ts'
export { CardSession, statusError } from './session.ts'
export type { ExchangeReport, ExchangeStatistics, ReaderHealth, Timing } from './statistics.ts'
export { type ExchangeMessage, exchangeChannelName, observeExchanges } from './statistics.ts'
