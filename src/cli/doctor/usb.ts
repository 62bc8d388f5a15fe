import { type DoctorFinding, finding } from './finding.ts'
import { quirksOfUsb } from './quirks.ts'
import { readText, type System } from './system.ts'

/** Data of the CCID class descriptor of a reader. */
interface CcidDescriptor {
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

/** A card reader on USB, as listed by the kernel. */
interface UsbReader {
  /** `054c:0dc8`, vendor and product. */
  readonly id: string
  readonly product: string
  readonly ccid: CcidDescriptor | undefined
  /** Kernel module bound to the interface of the reader; `usbfs` for a user-space program such as pcscd. */
  readonly module: string | undefined
}

const root = '/sys/bus/usb/devices'
/** bInterfaceClass of smart card readers (USB class codes). */
const smartCardClass = '0b'
/** Kernel modules that claim a reader before pcscd: LudovicRousseau/PCSC#86 (port100); nfc-tools/libnfc (pn533). */
const grabbing = new Set(['port100', 'pn533_usb', 'pn533'])

/** Card readers on USB; `undefined` where the system does not list them. */
export async function usbReaders(system: System): Promise<readonly UsbReader[] | undefined> {
  const entries = await system.readdir(root)
  if (entries === undefined) return undefined
  const found: UsbReader[] = []
  for (const device of entries.filter((entry) => !entry.includes(':'))) {
    const [vendor, product] = [
      await attribute(system, device, 'idVendor'),
      await attribute(system, device, 'idProduct'),
    ]
    if (vendor === undefined || product === undefined) continue
    const id = `${vendor}:${product}`
    const interfaces = entries.filter((entry) => entry.startsWith(`${device}:`))
    const own = await readerInterface(system, interfaces, quirksOfUsb(id).length > 0)
    if (own === undefined) continue
    const descriptors = await system.readBytes(`${root}/${device}/descriptors`)
    found.push({
      id,
      product: (await attribute(system, device, 'product')) ?? id,
      ccid: descriptors && ccidDescriptor(descriptors),
      module: (await system.readlink(`${root}/${own}/driver`))?.split('/').at(-1),
    })
  }
  return found
}

/** The interface of a device that is a reader; for a known device its first, whatever its class. */
async function readerInterface(
  system: System,
  interfaces: readonly string[],
  isKnown: boolean,
): Promise<string | undefined> {
  for (const one of interfaces) {
    if ((await attribute(system, one, 'bInterfaceClass')) === smartCardClass) return one
  }
  // Sony RC-S380 does not have the smart card class (card facts 3.8).
  return isKnown ? interfaces[0] : undefined
}

async function attribute(system: System, entry: string, name: string): Promise<string | undefined> {
  return (await readText(system, `${root}/${entry}/${name}`))?.trim()
}

/**
 * Checks the readers on USB, and whether pcscd can use them. @param listed - number of readers pcscd lists, without
 * virtual ones.
 */
export function checkUsb(
  readers: readonly UsbReader[] | undefined,
  listed: number | undefined,
): readonly DoctorFinding[] {
  if (readers === undefined) return [finding('note', 'usb-unknown')]
  if (readers.length === 0) return [finding('note', 'usb-none')]
  const found = readers.flatMap(({ id, product, ccid, module }) => {
    const facts = { id, product, ...(module !== undefined && { module }) }
    return [
      finding('ok', 'usb-reader', facts),
      ...(module !== undefined && grabbing.has(module) ? [finding('problem', 'usb-module-conflict', facts)] : []),
      ...(ccid === undefined
        ? []
        : [finding(ccid.exchange === 'short' ? 'note' : 'ok', `apdu-${ccid.exchange}`, facts)]),
      ...(ccid?.pinpad ? [finding('note', 'pinpad', facts)] : []),
      ...quirksOfUsb(id).map((quirk) => finding('note', quirk, facts)),
    ]
  })
  if (listed === undefined || listed >= readers.length) return found
  const missing = { usb: String(readers.length), listed: String(listed) }
  return [...found, finding('warning', 'usb-not-listed', missing)]
}
