import { createHash } from 'node:crypto'
import { equalBytes, toHex } from '../../bytes.ts'
import { RefusalError } from '../../errors.ts'
import { Certificate, OcspResponse, RevocationList } from '../../pki/index.ts'
import type { SignatureReport, SignerReport } from '../report.ts'
import type { DocumentTrust } from '../trust.ts'
import { cmsOf, cmsParts, ocspRevocation } from './edit.ts'
import type { ValidationValues } from './evidence.ts'
import { type VerifyCmsOptions, verifyCms } from './verify.ts'

/**
 * Adds values to a CMS, each once. Nothing that is signed changes, and nothing is verified: for those who verify the result.
 *
 * @throws DecodeError `ERR_DER` for a CMS that is none; CertificateError `ERR_CERTIFICATE` for a value that is none.
 * @see RFC 5652 10.2, RFC 5940
 */
export async function addValidationValues(cms: Uint8Array, values: ValidationValues): Promise<Uint8Array> {
  const parts = cmsParts(cms)
  const certificates = (values.certificates ?? []).map((der) => Certificate.fromDer(der).der)
  const lists = values.revocationLists ?? []
  for (const der of lists) await RevocationList.load(der)
  const responses = (values.ocspResponses ?? []).map((der) => ocspRevocation(OcspResponse.fromDer(der).der))
  return cmsOf({
    ...parts,
    certificates: unique([...parts.certificates, ...certificates]),
    revocations: unique([...parts.revocations, ...lists, ...responses]),
  })
}

/**
 * Makes CAdES-B-LT of a signature with a timestamp: verifies it as a later reader will, with the values alone, and adds those that
 * were needed and the certificates of the paths. The anchors are not added, as their reader has them.
 *
 * @param values - lists and answers of today for every certificate of the paths, in any order. Untrusted.
 * @param options - as for `verifyCms`; the sources in it are not asked.
 * @throws RefusalError `ERR_SIGNED_DOCUMENT` when that does not pass; its reason is the sub-indication of the first signature that
 *   does not, or `timestamp-missing`.
 * @see ETSI EN 319 122-1 6.3, requirements on B-LT
 */
export async function addLongTermValues(
  cms: Uint8Array,
  values: ValidationValues,
  options: VerifyCmsOptions,
): Promise<Uint8Array> {
  const trust = withoutSources(options.trust)
  const { signatures, problems } = await verifyCms(await addValidationValues(cms, values), { ...options, trust })
  const [problem] = problems.filter(({ severity }) => severity === 'refused')
  if (problem !== undefined) throw refusal(problem.id)
  for (const { indication, subIndication, verifiedAt } of signatures) {
    if (indication !== 'TOTAL-PASSED') throw refusal(subIndication ?? indication)
    if (verifiedAt.by !== 'timestamp') throw refusal('timestamp-missing')
  }
  const signers = signatures.flatMap(signersOf)
  const evidence = new Set(
    signers.flatMap(({ verification }) =>
      verification.revocation.flatMap((answer) => answer.evidence.map(({ sha256 }) => sha256)),
    ),
  )
  const isUsed = (der: Uint8Array): boolean => evidence.has(toHex(createHash('sha256').update(der).digest()))
  return addValidationValues(cms, {
    certificates: signers.flatMap(({ verification }) => (verification.path ?? []).slice(0, -1).map(({ der }) => der)),
    revocationLists: (values.revocationLists ?? []).filter(isUsed),
    ocspResponses: (values.ocspResponses ?? []).filter(isUsed),
  })
}

/** The signer of a signature, those of its timestamps and of its counter-signatures. */
export function signersOf(report: SignatureReport): readonly SignerReport[] {
  const { signer, timestamps, counterSignatures } = report
  const authorities = timestamps.map(({ authority }) => authority)
  return [signer, ...authorities, ...counterSignatures.flatMap(signersOf)].filter((one) => one !== undefined)
}

/** The same trust with revocation required, of the values in the document alone. */
export function withoutSources(trust: DocumentTrust): DocumentTrust {
  const revocation = { mode: 'required', sources: [] } as const
  const { timestamps } = trust
  if (timestamps === undefined) return { ...trust, revocation }
  const ofAuthority = timestamps.revocation.mode === 'none' ? timestamps.revocation : revocation
  return { ...trust, revocation, timestamps: { ...timestamps, revocation: ofAuthority } }
}

const refusal = (reason: string): RefusalError =>
  new RefusalError('ERR_SIGNED_DOCUMENT', `the signature cannot be made verifiable for the long term: ${reason}`, {
    reason,
  })

function unique(ders: readonly Uint8Array[]): readonly Uint8Array[] {
  return ders.filter((one, i) => ders.findIndex((other) => equalBytes(one, other)) === i)
}
