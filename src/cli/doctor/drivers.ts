import { type DoctorFinding, finding } from './finding.ts'
import { readText, type System } from './system.ts'

/** Driver folders of pcscd (`--with-usbdropdir` of pcsclite; Debian's, then that of a local build). */
const folders = ['/usr/lib/pcsc/drivers', '/usr/local/lib/pcsc/drivers']

/** Drivers by their bundle or library, and the Debian package each comes in. */
const packages: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/^ifd-ccid\.bundle$/, 'libccid'],
  [/^ifd-acsccid\.bundle$/, 'libacsccid1'],
  [/^libifdvpcd\.so/, 'vsmartcard-vpcd'],
]

/** Names of the driver packages found. */
export async function driversOf(system: System): Promise<readonly string[]> {
  const found = new Set<string>()
  for (const folder of folders) {
    for (const place of [folder, `${folder}/serial`]) {
      for (const entry of (await system.readdir(place)) ?? []) {
        const known = packages.find(([pattern]) => pattern.test(entry))?.[1]
        const name = known ?? (entry.endsWith('.bundle') ? entry.replace(/\.bundle$/, '') : undefined)
        if (name !== undefined) found.add(name)
      }
    }
  }
  return [...found]
}

/** Drivers that are bundles, with their versions: `ifd-ccid 1.5.2`. */
export async function driverVersions(system: System): Promise<readonly string[]> {
  const found: string[] = []
  for (const folder of folders) {
    for (const entry of (await system.readdir(folder)) ?? []) {
      if (!entry.endsWith('.bundle')) continue
      const text = (await readText(system, `${folder}/${entry}/Contents/Info.plist`)) ?? ''
      const [, version] = /<key>CFBundleShortVersionString<\/key>\s*<string>([\w.+-]{1,40})<\/string>/.exec(text) ?? []
      const name = entry.replace(/\.bundle$/, '')
      found.push(version === undefined ? name : `${name} ${version}`)
    }
  }
  return found
}

/** Checks that pcscd has drivers. */
export function checkDrivers(names: readonly string[]): readonly DoctorFinding[] {
  if (names.length === 0) return [finding('problem', 'drivers-missing', { folder: folders[0]! })]
  const found = finding('ok', 'drivers', { names: names.join(', ') })
  return names.includes('libccid') ? [found] : [found, finding('warning', 'drivers-no-ccid')]
}
