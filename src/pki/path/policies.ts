import { anyPolicy, type Extensions } from '../x509/index.ts'

/**
 * One policy the path is valid for so far: its expected policies in the next certificate, and the anchor's policies it
 * descends from.
 */
interface Node {
  readonly expected: ReadonlySet<string>
  /** Policies below the trust anchor it descends from. Those of anyPolicy are itself, which stands for all. */
  readonly roots: ReadonlySet<string>
}

/** Policies, and mappings, of one certificate, at most: the work is quadratic. */
const maxPolicies = 256

const onlyAny: ReadonlySet<string> = new Set([anyPolicy])

/** RFC 5280 6.1.2 (a), as in RFC 9618. */
const firstLevel: ReadonlyMap<string, Node> = new Map([[anyPolicy, { expected: onlyAny, roots: onlyAny }]])

/** Initial inputs. RFC 5280 6.1.1 (c) to (g). */
export interface PolicyInputs {
  readonly initialPolicies: readonly string[]
  readonly requireExplicitPolicy: boolean
  readonly inhibitPolicyMapping: boolean
  readonly inhibitAnyPolicy: boolean
}

/**
 * Policy processing along one path, with one level of RFC 9618's policy graph at a time: work and memory grow with the
 * number of policies, not with the number of ways through them as RFC 5280's tree does.
 */
export class PolicyState {
  readonly #inputs: PolicyInputs
  /** Empty when the path is valid for no policy. */
  #level = firstLevel
  #explicitPolicy: number
  #policyMapping: number
  #inhibitAnyPolicy: number

  /** @param length - certificates in the path, anchor not counted. */
  constructor(inputs: PolicyInputs, length: number) {
    const beyond = length + 1
    this.#inputs = inputs
    this.#explicitPolicy = inputs.requireExplicitPolicy ? 0 : beyond
    this.#policyMapping = inputs.inhibitPolicyMapping ? 0 : beyond
    this.#inhibitAnyPolicy = inputs.inhibitAnyPolicy ? 0 : beyond
  }

  /** 6.1.3 (d) to (f). @returns the violation, if any. */
  process(extensions: Extensions, selfIssued: boolean, last: boolean): string | undefined {
    const { policies = [] } = extensions
    if (policies.length > maxPolicies) return 'too many policies'
    this.#level = this.#descend(policies, selfIssued && !last)
    return this.#level.size === 0 && this.#explicitPolicy === 0 ? 'no acceptable policy is left' : undefined
  }

  /** 6.1.4 (a), (b), (h), (i), (j). */
  prepareNext(extensions: Extensions, selfIssued: boolean): string | undefined {
    const wrong = this.#map(extensions)
    if (wrong !== undefined) return wrong
    if (!selfIssued) {
      this.#explicitPolicy = Math.max(0, this.#explicitPolicy - 1)
      this.#policyMapping = Math.max(0, this.#policyMapping - 1)
      this.#inhibitAnyPolicy = Math.max(0, this.#inhibitAnyPolicy - 1)
    }
    const { policyConstraints, inhibitAnyPolicy } = extensions
    this.#explicitPolicy = Math.min(
      this.#explicitPolicy,
      policyConstraints?.requireExplicitPolicy ?? this.#explicitPolicy,
    )
    this.#policyMapping = Math.min(this.#policyMapping, policyConstraints?.inhibitPolicyMapping ?? this.#policyMapping)
    this.#inhibitAnyPolicy = Math.min(this.#inhibitAnyPolicy, inhibitAnyPolicy ?? this.#inhibitAnyPolicy)
    return undefined
  }

  /** 6.1.5 (a), (b), (g). @returns the policies the path is valid for; `undefined` when none of them is acceptable. */
  wrapUp(extensions: Extensions): readonly string[] | undefined {
    if (this.#explicitPolicy > 0) this.#explicitPolicy--
    if (extensions.policyConstraints?.requireExplicitPolicy === 0) this.#explicitPolicy = 0
    const wanted = new Set(this.#inputs.initialPolicies)
    const valid = new Set<string>()
    for (const { roots } of this.#level.values()) for (const root of roots) valid.add(root)
    const accepted = wanted.has(anyPolicy) ? valid : valid.has(anyPolicy) ? wanted : intersection(valid, wanted)
    if (accepted.size === 0 && this.#explicitPolicy === 0) return undefined
    return accepted.has(anyPolicy) ? [anyPolicy] : [...accepted].sort()
  }

  #descend(policies: readonly string[], selfIssuedBelow: boolean): ReadonlyMap<string, Node> {
    const above = [...this.#level.values()]
    const asserted = new Set(policies)
    if (asserted.delete(anyPolicy) && (this.#inhibitAnyPolicy > 0 || selfIssuedBelow)) {
      for (const { expected } of above) for (const policy of expected) asserted.add(policy)
    }
    const next = new Map<string, Node>()
    for (const policy of asserted) {
      const roots = new Set(above.filter(({ expected }) => expected.has(policy)).flatMap((node) => [...node.roots]))
      if (roots.size === 0 && this.#level.has(anyPolicy)) roots.add(policy)
      if (roots.size > 0) next.set(policy, { expected: new Set([policy]), roots })
    }
    return next
  }

  #map(extensions: Extensions): string | undefined {
    const mappings = extensions.policyMappings
    if (mappings === undefined) return undefined
    if (mappings.length > maxPolicies) return 'too many policy mappings'
    if (mappings.some(({ issuerDomain, subjectDomain }) => issuerDomain === anyPolicy || subjectDomain === anyPolicy)) {
      return 'anyPolicy is mapped'
    }
    const level = new Map(this.#level)
    for (const policy of new Set(mappings.map(({ issuerDomain }) => issuerDomain))) {
      const roots = level.get(policy)?.roots ?? (level.has(anyPolicy) ? new Set([policy]) : undefined)
      if (this.#policyMapping === 0) {
        level.delete(policy)
      } else if (roots !== undefined) {
        const targets = mappings.filter(({ issuerDomain }) => issuerDomain === policy)
        level.set(policy, { expected: new Set(targets.map(({ subjectDomain }) => subjectDomain)), roots })
      }
    }
    this.#level = level
    return undefined
  }
}

const intersection = (a: ReadonlySet<string>, b: ReadonlySet<string>): ReadonlySet<string> =>
  new Set([...a].filter((one) => b.has(one)))
