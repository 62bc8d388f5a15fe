import { isNullOrAbsent } from '../../der/index.ts'
import type { DocumentProblem } from '../report.ts'
import { oids } from './oids.ts'
import type { SignedData } from './structure.ts'

/** Version of a SignedData by its content. RFC 5652 5.1. */
export function versionOf(data: SignedData): number {
  if (data.otherRevocations + data.ocspResponses.length + data.basicOcspResponses.length > 0) return 5
  if (data.otherCertificates > 0) return 4
  return data.contentType !== oids.data || data.signers.some(({ version }) => version === 3) ? 3 : 1
}

/** What of a structure does not go together, and is not signed: each a warning. */
export function structureProblems(data: SignedData): readonly DocumentProblem[] {
  const found: DocumentProblem[] = []
  const warn = (id: string, detail?: string): void => {
    found.push({ id, severity: 'warning', ...(detail !== undefined && { detail }) })
  }
  if (data.version !== versionOf(data)) warn('version', `${data.version}, expected ${versionOf(data)}`)
  const named = data.digestAlgorithms.map(({ id }) => id)
  if (new Set(named).size !== named.length) warn('digest-algorithm-duplicate')
  const needed = new Set(data.signers.map(({ digestAlgorithm }) => digestAlgorithm.id))
  if (named.some((id) => !needed.has(id))) warn('digest-algorithm-unused')
  if (data.digestAlgorithms.some(({ parameters }) => !isNullOrAbsent(parameters))) warn('digest-algorithm-parameters')
  // A signature can be repeated by anyone who has it: it is still that of one signer.
  const values = data.signers.map(({ signature }) => Buffer.from(signature).toString('latin1'))
  if (new Set(values).size !== values.length) warn('signer-duplicate')
  for (const { id, version } of data.signers) {
    const expected = id.kind === 'key' ? 3 : 1
    if (version !== expected) warn('signer-version', `${version}, expected ${expected}`)
  }
  return found
}
