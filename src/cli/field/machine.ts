import { hostname, release } from 'node:os'
import type { TestMachine } from '../../reader-test/index.ts'
import { installedVersion } from '../doctor/bindings.ts'
import { driverVersions } from '../doctor/drivers.ts'
import { pcscdVersion } from '../doctor/service.ts'
import { readText, type System, thisSystem } from '../doctor/system.ts'
import type { Io } from '../io.ts'
import { packageVersion } from '../package-version.ts'

/** Data about this machine for a report. @param binding - name of the transport in use. */
export async function machineOf(io: Io, binding: string): Promise<TestMachine> {
  const system = io.dependencies?.system ?? thisSystem(io.env)
  const version = await installedVersion(system, binding)
  const drivers = await driverVersions(system)
  return {
    package: packageVersion(),
    node: system.nodeVersion,
    binding: version === undefined ? binding : `${binding} ${version}`,
    system: await systemName(system),
    pcscd: await pcscdVersion(system),
    driver: drivers.length === 0 ? undefined : drivers.join(', '),
    host: hostname(),
  }
}

async function systemName(system: System): Promise<string> {
  const text = (await readText(system, '/etc/os-release')) ?? ''
  const [, name] = /^PRETTY_NAME="?([^"\n]{1,80})"?$/m.exec(text) ?? []
  const kernel = `${system.platform} ${release()} ${system.arch}`
  return name === undefined ? kernel : `${name} (${kernel})`
}
