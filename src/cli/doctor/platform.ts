import { type DoctorFinding, finding } from './finding.ts'
import type { System } from './system.ts'

/** Required Node.js version, see `engines` of package.json. */
const neededNode = [20, 19] as const

/** Versions of Node.js and system. */
export function checkPlatform({ platform, arch, nodeVersion }: System): readonly DoctorFinding[] {
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
