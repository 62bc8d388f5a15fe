import type { Certificate, GeneralName, GeneralSubtree, NameConstraints } from '../x509/index.ts'
import { placeOf } from './subtrees.ts'

const emailAddress = '1.2.840.113549.1.9.1'

/** Pairs of name and subtree compared in one path, at most: thousands of each would take seconds. */
const maxComparisons = 65_536

/** Name constraints accumulated along a path. RFC 5280 4.2.1.10, 6.1.3 (b) and (c), 6.1.4 (g). */
export class ConstraintState {
  readonly #permitted: (readonly GeneralSubtree[])[] = []
  readonly #excluded: GeneralSubtree[] = []
  #subtrees = 0
  #comparisonsLeft = maxComparisons

  /** Adds those of one CA. */
  add(constraints: NameConstraints | undefined): void {
    if (constraints === undefined) return
    this.#permitted.push(constraints.permitted)
    for (const subtree of constraints.excluded) this.#excluded.push(subtree)
    this.#subtrees += constraints.permitted.length + constraints.excluded.length
  }

  /** Checks every name of a certificate. @returns the violation, if any; never the name itself. */
  check(certificate: Certificate): string | undefined {
    const names = namesOf(certificate)
    this.#comparisonsLeft -= names.length * this.#subtrees
    if (this.#comparisonsLeft < 0) return 'too many names to compare with the constraints'
    for (const name of names) {
      for (const subtree of this.#excluded) {
        const place = placeOf(name, subtree)
        if (place === 'inside' || place === 'undecided') return `a ${name.kind} name is excluded`
      }
      for (const subtrees of this.#permitted) {
        const places = subtrees.map((subtree) => placeOf(name, subtree)).filter((place) => place !== 'other-form')
        if (places.length > 0 && !places.includes('inside')) return `a ${name.kind} name is not permitted`
      }
    }
    return undefined
  }
}

/** Every name, mailboxes in the subject included. */
function namesOf({ subjectName, extensions }: Certificate): readonly GeneralName[] {
  const names: GeneralName[] = [...(extensions.subjectAltName ?? [])]
  if (!subjectName.empty) names.push({ kind: 'directory', value: subjectName })
  for (const rdn of subjectName.rdns) {
    for (const { type, value } of rdn) if (type === emailAddress) names.push({ kind: 'email', value })
  }
  return names
}
