import type { CardTransport } from '../../transport/index.ts'
import type { BindingName } from '../../transport/pcsc/index.ts'
import { checkBindings, type LoadBinding } from './bindings.ts'
import { checkDrivers, driversOf } from './drivers.ts'
import type { DoctorFinding } from './finding.ts'
import { checkHolders } from './holders.ts'
import { checkPlatform } from './platform.ts'
import { checkReaders } from './readers.ts'
import { checkService } from './service.ts'
import type { System } from './system.ts'
import { checkUsb, usbReaders } from './usb.ts'

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
