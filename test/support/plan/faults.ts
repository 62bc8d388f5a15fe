import { readFileSync } from 'node:fs'
import type { PathOptions } from '../../../src/pki/path/options.ts'
import { type OpensslCall, pem } from '../openssl.ts'
import { type CertificatePlan, certificateOf, contextOf } from './certificate.ts'
import type { ListPlan } from './list.ts'
import type { OcspResponsePlan } from './ocsp.ts'
import { mergePatch } from './patch.ts'

/** Certificates of a path, and its expected result. */
export interface PathPlan {
  /** Kind of each key, by its name. */
  readonly keys: Readonly<Record<string, string>>
  readonly certificates: Readonly<Record<string, CertificatePlan>>
  readonly anchors: readonly string[]
  readonly pool: readonly string[]
  readonly end: string
  readonly options: Omit<PathOptions, 'anchors' | 'intermediates' | 'at'>
  readonly lists: Readonly<Record<string, ListPlan>>
  /** Lists that are given, in this order. */
  readonly given: readonly string[]
  readonly response: OcspResponsePlan
  /** Nonce of the OCSP request, hexadecimal. */
  readonly nonce?: string
}

/** One case: a base, and one change of it. */
export interface Fault<Expected> {
  readonly id: string
  readonly fault: string
  readonly plan: PathPlan
  readonly expect: Expected
  /** What OpenSSL says, or why it is not asked. */
  readonly openssl: 'ok' | 'refused' | { readonly none: string }
}

/** Status, and what is said of why: a code for OCSP, a part of the message for lists. */
export interface RevocationOutcome {
  readonly status: string
  readonly problem?: string
}

type PathOutcome = 'valid' | { readonly check: string; readonly depth: number }

interface FaultFile {
  readonly at: string
  readonly bases: Readonly<Record<string, PathPlan>>
  readonly cases: readonly (Omit<Fault<never>, 'plan'> & { readonly base?: string; readonly change: unknown })[]
}

/** Reads a file of faults, with the plan of each made. `at` is the moment all times are relative to. */
export function faults<Expected = PathOutcome>(
  path: string,
  now = new Date(),
): { readonly at: Date; readonly cases: readonly Fault<Expected>[] } {
  const file = JSON.parse(readFileSync(new URL(`../../../vectors/${path}`, import.meta.url), 'utf8')) as FaultFile
  const cases = file.cases.map(({ base = 'plain', change, ...rest }) => {
    const plan = file.bases[base]
    if (plan === undefined) throw new TypeError(`no base ${base}`)
    return { ...rest, plan: mergePatch(plan, change) }
  })
  return { at: file.at === 'now' ? now : new Date(file.at), cases: cases as unknown as readonly Fault<Expected>[] }
}

/** DER of every certificate of a plan, by name. */
export function certificatesOf(plan: PathPlan, at: Date): Readonly<Record<string, Buffer>> {
  const context = contextOf(plan.keys, at)
  const issued = Object.entries(plan.certificates).map(([name, one]) => [name, certificateOf(one, context)] as const)
  return Object.fromEntries(issued)
}

/** `openssl verify` asked the same question, as strictly as it can. */
export function verifyCall(
  { options, anchors, pool, end }: PathPlan,
  certificates: Readonly<Record<string, Buffer>>,
  at: Date,
  more: { readonly args: readonly string[]; readonly files: OpensslCall['files'] } = { args: [], files: {} },
): OpensslCall {
  const bundle = (names: readonly string[]) => names.map((name) => pem('CERTIFICATE', certificates[name]!)).join('')
  const purposes: Readonly<Record<string, string>> = {
    '1.3.6.1.5.5.7.3.1': 'sslserver',
    '1.3.6.1.5.5.7.3.2': 'sslclient',
  }
  const args = [
    ...['verify', '-no-CApath', '-no-CAstore', '-attime', `${at.getTime() / 1000}`],
    ...['-x509_strict', '-partial_chain', '-check_ss_sig', '-auth_level', '2'],
    ...(anchors.length === 0 ? ['-no-CAfile'] : ['-CAfile', 'anchors.pem']),
    ...(pool.length === 0 ? [] : ['-untrusted', 'pool.pem']),
    ...(options.requireExplicitPolicy === true ? ['-explicit_policy'] : []),
    ...(options.inhibitAnyPolicy === true ? ['-inhibit_any'] : []),
    ...(options.inhibitPolicyMapping === true ? ['-inhibit_map'] : []),
    ...(options.initialPolicies ?? ['2.5.29.32.0']).flatMap((policy) => ['-policy', policy]),
    ...(options.extendedKeyUsage === undefined ? [] : ['-purpose', purposes[options.extendedKeyUsage]!]),
    ...(options.maxIntermediates === undefined ? [] : ['-verify_depth', `${options.maxIntermediates}`]),
    ...more.args,
    'end.pem',
  ]
  const files = { 'anchors.pem': bundle(anchors), 'pool.pem': bundle(pool), 'end.pem': bundle([end]), ...more.files }
  return { args, files }
}
