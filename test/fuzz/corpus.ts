import { Certificate } from '../../src/pki/x509/index.ts'
import { certificateOf, contextOf } from '../support/plan/certificate.ts'
import { certificatesOf, faults, type RevocationOutcome } from '../support/plan/faults.ts'
import { listOf } from '../support/plan/list.ts'
import { ocspResponseOf } from '../support/plan/ocsp.ts'

/** Good inputs, made of the plans of the vectors: one of each base. */

const paths = faults('path/faults.json')
const lists = faults<RevocationOutcome>('revocation/faults.json')
const answers = faults<RevocationOutcome>('revocation/ocsp-faults.json', paths.at)

const good = <E>({ cases }: ReturnType<typeof faults<E>>) => cases.filter(({ id }) => id.startsWith('good'))

/** Whole paths: anchor, end certificate, pool. */
export const chains: readonly (readonly Buffer[])[] = good(paths)
  .filter(({ plan }) => plan.anchors.length === 1)
  .map(({ plan }) => {
    const made = certificatesOf(plan, paths.at)
    return [plan.anchors[0]!, plan.end, ...plan.pool].map((name) => made[name]!)
  })
const extra = contextOf({ a: 'P-256' }, paths.at)
const rich = certificateOf(
  {
    subject: [{ C: 'JP' }, { O: 'Example', OU: 'Unit' }, { CN: '例' }],
    issuer: 'A',
    key: 'a',
    signer: 'a',
    serial: 9,
    notBefore: '-1d',
    notAfter: '1d',
    extensions: {
      policyConstraints: { requireExplicitPolicy: 0, inhibitPolicyMapping: 1 },
      policyMappings: [['1.2.3', '1.2.4']],
      inhibitAnyPolicy: 0,
      crlDistributionPoints: [
        { full: [{ uri: 'http://a/' }], reasons: [1, 8] },
        { relative: { CN: 'P' }, crlIssuer: 'A' },
      ],
      freshestCrl: [{ full: [{ directory: 'A' }] }],
      nameConstraints: { permitted: [{ ip: 'C0000200FFFFFF00' }, { directory: 'A' }], excluded: [{ email: 'a.b' }] },
      noCheck: true,
    },
  },
  extra,
)
export const certificates: readonly Buffer[] = [...chains.flat(), rich]

const listed = good(lists).map(({ plan }) => {
  const context = contextOf(plan.keys, lists.at)
  return {
    certificates: certificatesOf(plan, lists.at),
    lists: plan.given.map((one) => listOf(plan.lists[one]!, context)),
  }
})
export const revocationLists: readonly Buffer[] = listed.flatMap((one) => one.lists)

const answered = good(answers).map(({ plan }) => {
  const made = certificatesOf(plan, answers.at)
  return { made, response: ocspResponseOf(plan.response, contextOf(plan.keys, answers.at), made) }
})
export const responses: readonly Buffer[] = answered.map(({ response }) => response)

const contextFrom = (made: Readonly<Record<string, Buffer>>) => ({
  issuer: Certificate.fromDer(made['mid']!),
  leaf: Certificate.fromDer(made['leaf']!),
})
/** The issuer and end certificate lists and responses of the corpus are about. */
export const listContext = contextFrom(listed[0]!.certificates)
export const responseContext = contextFrom(answered[0]!.made)

export const objects: readonly Buffer[] = [
  ...certificates.slice(0, 3),
  Buffer.from('7F2106 5F37023132 4200'.replaceAll(' ', ''), 'hex'),
]
