/** Data of the CCID class descriptor of a reader. */
export interface CcidDescriptor {
  /** Level of exchange: extended APDU, short APDU, or TPDU (APDUs split by the driver). */
  readonly exchange: 'extended' | 'short' | 'tpdu'
  /** PIN entry on the reader itself. */
  readonly pinpad: boolean
}

const type = 0x21
const length = 54

/**
 * The first CCID class descriptor among the descriptors of a USB device, as in Linux sysfs.
 *
 * Source: USB CCID Rev 1.1, 5.1: `dwFeatures` at 40, its bits 16 to 19 the level of exchange; `bPINSupport` at 52.
 */
export function ccidDescriptor(descriptors: Uint8Array): CcidDescriptor | undefined {
  for (let at = 0; at + 1 < descriptors.length; ) {
    const size = descriptors[at]!
    if (size < 2) return undefined
    if (descriptors[at + 1] === type && size === length && at + length <= descriptors.length) {
      const level = descriptors[at + 42]! & 0x0f
      const exchange = level & 4 ? 'extended' : level & 2 ? 'short' : 'tpdu'
      return { exchange, pinpad: (descriptors[at + 52]! & 3) !== 0 }
    }
    at += size
  }
  return undefined
}
