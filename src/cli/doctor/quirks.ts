import type { FindingId } from './finding.ts'

/** Known issues of a reader model (texts are in the text tables). */
interface Quirk {
  readonly id: FindingId & `quirk-${string}`
  /** USB vendor and product, or vendor alone. */
  readonly usb?: readonly string[]
  /** Name as reported by pcscd. */
  readonly name?: RegExp
  /** Source of the information. */
  readonly source: string
}

/** Models with known issues that matter for these cards. */
const quirks: readonly Quirk[] = [
  {
    id: 'quirk-rc-s380',
    usb: ['054c:06c1', '054c:06c3'],
    source:
      'LudovicRousseau/PCSC#86; card facts, reader notes: not seen by pcscd (one source), seen on Ubuntu 24.04 (one)',
  },
  {
    id: 'quirk-acr122u',
    usb: ['072f:2200'],
    name: /ACR122U/,
    source: 'pn533_usb of the kernel lists 072f:2200',
  },
  {
    id: 'quirk-acs-driver',
    usb: ['072f'],
    source: 'card facts, reader notes: readers of ACS need libacsccid1 on Linux',
  },
  {
    id: 'quirk-acs-extended',
    name: /ACR12(?:52|81)/,
    source: 'acshk/acsccid#15, #42; LudovicRousseau/PCSC#54',
  },
  {
    id: 'quirk-omnikey-short',
    name: /(?:CardMan|OMNIKEY).*(?:3121|3821|6121)/i,
    source: 'OpenSC/OpenSC#802',
  },
  {
    id: 'quirk-cyberjack-pinpad',
    name: /cyberJack/i,
    source: 'web-eid/web-eid-app#248',
  },
]

/** Known issues of a USB device. */
export function quirksOfUsb(id: string): readonly FindingId[] {
  return quirks
    .filter(({ usb }) => usb?.some((known) => id === known || id.startsWith(`${known}:`)))
    .map((one) => one.id)
}

/** Known issues of a reader by its name. */
export function quirksOfName(reader: string): readonly FindingId[] {
  return quirks.filter(({ name }) => name?.test(reader)).map(({ id }) => id)
}
