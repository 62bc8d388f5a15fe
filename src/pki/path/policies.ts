import { anyPolicy, type Extensions } from '../x509/index.ts'

/**
 * One policy the path is valid for so far: its expected policies in the next certificate, and the anchor's policies it
 * descends from.
 */
interface Node {
  readonly expected: ReadonlySet<string>
  /** Policies below the trust anchor it descends from; anyPolicy stands for all. */
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
  #level: ReadonlyMap<string, Node> | undefined
  #explicitPolicy: number
  #policyMapping: number
  #inhibitAnyPolicy: number

  /** @param length - certificates in the path, anchor not counted. */
  constructor(inputs: PolicyInputs, length: number) {
    this.#inputs = inputs
    this.#level = firstLevel
    this.#explicitPolicy = inputs.requireExplicitPolicy ? 0 : length + 1
    this.#policyMapping = inputs.inhibitPolicyMapping ? 0 : length + 1
    this.#inhibitAnyPolicy = inputs.inhibitAnyPolicy ? 0 : length + 1
  }

  /** 6.1.3 (d) to (f). @returns the violation, if any. */
  process(extensions: Extensions, selfIssued: boolean, last: boolean): string | undefined {
    const { policies } = extensions
    if (policies !== undefined && policies.length > maxPolicies) return 'too many policies'
    this.#level = policies && this.#level && this.#descend(policies, selfIssued && !last)
    if (this.#level?.size === 0) this.#level = undefined
    return this.#level === undefined && this.#explicitPolicy === 0 ? 'no acceptable policy is left' : undefined
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
    for (const { roots } of this.#level?.values() ?? []) for (const root of roots) valid.add(root)
    if (!wanted.has(anyPolicy)) {
      if (valid.has(anyPolicy)) for (const policy of wanted) valid.add(policy)
      for (const policy of valid) if (!wanted.has(policy)) valid.delete(policy)
    } else if (valid.has(anyPolicy)) {
      return [anyPolicy]
    }
    if (valid.size === 0 && this.#explicitPolicy === 0) return undefined
    return [...valid].sort()
  }

  #descend(policies: readonly string[], selfIssuedBelow: boolean): ReadonlyMap<string, Node> {
    const above = [...this.#level!]
    const any = this.#level!.get(anyPolicy)
    const next = new Map<string, Node>()
    const add = (policy: string): void => {
      const parents = above.filter(([, node]) => node.expected.has(policy))
      if (parents.length > 0) next.set(policy, child(policy, parents))
      else if (any !== undefined) next.set(policy, child(policy, [[anyPolicy, any]]))
    }
    for (const policy of policies) if (policy !== anyPolicy) add(policy)
    if (policies.includes(anyPolicy) && (this.#inhibitAnyPolicy > 0 || selfIssuedBelow)) {
      const expected = new Set(above.flatMap(([, node]) => [...node.expected]))
      for (const policy of expected) if (!next.has(policy)) add(policy)
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
    if (this.#level === undefined) return undefined
    const level = new Map(this.#level)
    const any = level.get(anyPolicy)
    for (const policy of new Set(mappings.map(({ issuerDomain }) => issuerDomain))) {
      const node = level.get(policy)
      if (this.#policyMapping === 0) {
        level.delete(policy)
        continue
      }
      const targets = mappings.filter(({ issuerDomain }) => issuerDomain === policy)
      const expected = new Set(targets.map(({ subjectDomain }) => subjectDomain))
      if (node !== undefined) level.set(policy, { expected, roots: node.roots })
      else if (any !== undefined) level.set(policy, { expected, roots: descended(policy, any) })
    }
    this.#level = level.size > 0 ? level : undefined
    return undefined
  }
}

function child(policy: string, parents: readonly (readonly [string, Node])[]): Node {
  const roots = new Set<string>()
  for (const [name, parent] of parents) {
    for (const root of name === anyPolicy ? descended(policy, parent) : parent.roots) roots.add(root)
  }
  return { expected: new Set([policy]), roots }
}

/** Roots of a policy whose parent is anyPolicy: under the anchor's anyPolicy it is itself one of the anchor's. */
function descended(policy: string, any: Node): ReadonlySet<string> {
  return any.roots.has(anyPolicy) ? new Set([policy]) : any.roots
}
