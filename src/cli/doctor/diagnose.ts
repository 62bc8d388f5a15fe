import type { CardTransport } from '../../transport/index.ts'
import type { BindingName } from '../../transport/pcsc/index.ts'
import { checkBindings, type LoadBinding } from './bindings.ts'
import { checkDrivers, driversOf } from './drivers.ts'
import { type DoctorFinding, finding } from './finding.ts'
import { checkHolders } from './holders.ts'
import { checkReaders } from './readers.ts'
import { checkService } from './service.ts'
import type { System } from './system.ts'
import { checkUsb, usbReaders } from './usb.ts'

/** Required Node.js version, see `engines` of package.json. */
const neededNode = [20, 19] as const

/** Versions of Node.js and system. */
function checkPlatform({ platform, arch, nodeVersion }: System): readonly DoctorFinding[] {
  const [major = 0, minor = 0] = nodeVersion.split('.').map(Number)
  const isOld = major < neededNode[0] || (major === neededNode[0] && minor < neededNode[1])
  const facts = { version: nodeVersion, needed: neededNode.join('.') }
  return [
    isOld ? finding('problem', 'node-too-old', facts) : finding('ok', 'node-version', facts),
    finding(platform === 'linux' ? 'ok' : 'note', platform === 'linux' ? 'platform' : 'platform-untested', {
      platform,
      arch,
    }),
  ]
}

/** Dependencies of the diagnosis. */
export interface Instruments {
  readonly system: System
  readonly loadBinding: LoadBinding
  /** Bindings this run may use. */
  readonly bindings: readonly BindingName[]
  readonly openPcsc: () => Promise<CardTransport>
  /** Name of the required reader. */
  readonly reader: string | undefined
}

/** All checks without access to a card, from the system up to the readers. */
export async function diagnose({
  system,
  loadBinding,
  bindings,
  openPcsc,
  reader,
}: Instruments): Promise<readonly DoctorFinding[]> {
  const found = [...checkPlatform(system)]
  const isLinux = system.platform === 'linux'
  if (isLinux) {
    found.push(...(await checkService(system)))
    found.push(...checkDrivers(await driversOf(system)))
    found.push(...(await checkHolders(system)))
  }
  found.push(...(await checkBindings(system, loadBinding, bindings)))
  const isAbsent = found.some(({ id, level }) => id.startsWith('service-') && level === 'problem')
  const hasBinding = found.some(({ id }) => id === 'binding')
  const { findings, listed } =
    isAbsent || !hasBinding ? { findings: [], listed: undefined } : await checkReaders(system, openPcsc, reader)
  found.push(...findings)
  if (isLinux) found.push(...checkUsb(await usbReaders(system), listed))
  return found
}
