import { anyPolicy, type Certificate, type Extensions } from '../x509/index.ts'
import { profileFault } from './certificate-profile.ts'
import { ConstraintState } from './name-constraints.ts'
import type { InvalidPath, PathCheck, PathOptions, ValidPath } from './options.ts'
import { PolicyState } from './policies.ts'

/**
 * Validates one path whose signatures were checked while it was built. RFC 5280 6.1.3 to 6.1.5, in that order.
 *
 * @param path - end certificate first, trust anchor last; at least two.
 * @returns the path with the policies it is valid for, or the first failure.
 */
export function validatePath(path: readonly Certificate[], options: PathOptions): ValidPath | InvalidPath {
  const length = path.length - 1
  const anchor = path[length]!
  const at = options.at.getTime()
  const policies = new PolicyState(
    {
      initialPolicies: options.initialPolicies ?? [anyPolicy],
      requireExplicitPolicy: options.requireExplicitPolicy ?? false,
      inhibitPolicyMapping: options.inhibitPolicyMapping ?? false,
      inhibitAnyPolicy: options.inhibitAnyPolicy ?? false,
    },
    length,
  )
  const constraints = new ConstraintState()
  let pathLength = length
  const fail = (check: PathCheck, depth: number, message: string): InvalidPath => ({
    ok: false,
    failure: { check, depth, message },
  })

  const asAnchor = outOfTime(anchor, at) ?? notCa(anchor, hasExtensions(anchor.extensions))
  if (asAnchor !== undefined) return fail(asAnchor[0], length, `trust anchor: ${asAnchor[1]}`)
  const unknown = unknownCritical(anchor)
  if (unknown !== undefined) return fail('critical-extension', length, `trust anchor: ${unknown}`)
  constraints.add(anchor.extensions.nameConstraints)
  pathLength = Math.min(pathLength, anchor.extensions.basicConstraints?.pathLength ?? pathLength)

  for (let depth = length - 1; depth >= 0; depth--) {
    const certificate = path[depth]!
    const { extensions, selfIssued } = certificate
    const last = depth === 0
    const early = outOfTime(certificate, at)
    if (early !== undefined) return fail(early[0], depth, early[1])
    if (!certificate.issuerName.equals(path[depth + 1]!.subjectName)) {
      return fail('name-chaining', depth, 'the issuer is not the next certificate')
    }
    const wrongExtension = unknownCritical(certificate)
    if (wrongExtension !== undefined) return fail('critical-extension', depth, wrongExtension)
    if (last || !selfIssued) {
      const wrongName = constraints.check(certificate)
      if (wrongName !== undefined) return fail('name-constraints', depth, wrongName)
    }
    const wrongPolicy = policies.process(extensions, selfIssued, last)
    if (wrongPolicy !== undefined) return fail('policy', depth, wrongPolicy)
    if (last) break
    const wrongMapping = policies.prepareNext(extensions, selfIssued)
    if (wrongMapping !== undefined) return fail('policy', depth, wrongMapping)
    constraints.add(extensions.nameConstraints)
    const asCa = notCa(certificate, true)
    if (asCa !== undefined) return fail(asCa[0], depth, asCa[1])
    if (!selfIssued && pathLength-- <= 0) return fail('path-length', depth, 'too many certificates below a CA')
    pathLength = Math.min(pathLength, extensions.basicConstraints?.pathLength ?? pathLength)
  }
  const valid = policies.wrapUp(path[0]!.extensions)
  if (valid === undefined) return fail('policy', 0, 'the path is valid for none of the acceptable policies')
  for (let depth = length - 1; depth >= 0; depth--) {
    const fault = profileFault(path[depth]!)
    if (fault !== undefined) return fail('certificate-profile', depth, fault)
  }
  const wrongUsage = endUsage(path[0]!, options)
  if (wrongUsage !== undefined) return fail(wrongUsage[0], 0, wrongUsage[1])
  return { ok: true, path, policies: valid }
}

type Wrong = readonly [PathCheck, string]

function outOfTime(certificate: Certificate, at: number): Wrong | undefined {
  if (at < certificate.notBeforeMs) return ['validity', 'not valid yet']
  // notAfter has a resolution of one second, and that whole second is valid. RFC 5280 4.1.2.5.
  if (at >= certificate.notAfterMs + 1000) return ['validity', 'expired']
  return undefined
}

function unknownCritical({ unknownCritical: [first] }: Certificate): string | undefined {
  return first === undefined ? undefined : `unknown critical extension ${first}`
}

/** @param strict - false for an anchor that is a bare name and key: one without extensions. */
function notCa(certificate: Certificate, strict: boolean): Wrong | undefined {
  const { basicConstraints, keyUsage } = certificate.extensions
  if (strict && basicConstraints?.ca !== true) return ['basic-constraints', 'not a CA']
  if (keyUsage !== undefined && !keyUsage.has('keyCertSign')) return ['key-usage', 'not a key for signing certificates']
  return undefined
}

function hasExtensions(extensions: Extensions): boolean {
  return Object.keys(extensions).length > 0
}

function endUsage(certificate: Certificate, options: PathOptions): Wrong | undefined {
  const { keyUsage, extendedKeyUsage } = certificate.extensions
  if (options.keyUsage !== undefined && !keyUsage?.has(options.keyUsage)) {
    return ['key-usage', `not a key for ${options.keyUsage}`]
  }
  if (options.extendedKeyUsage !== undefined && !extendedKeyUsage?.includes(options.extendedKeyUsage)) {
    return ['extended-key-usage', `not a key for ${options.extendedKeyUsage}`]
  }
  return undefined
}
