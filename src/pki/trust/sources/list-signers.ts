import { maySign } from '../../revocation/crl/signer.ts'
import type { RevocationList } from '../../revocation/index.ts'
import type { Certificate } from '../../x509/index.ts'
import type { ListSourceOptions } from './list-verifier.ts'

/** Certificates remembered, at most. */
const mostKnown = 256

/** Trusted signers of lists: the trust anchors, and the issuers passed to a source. */
export class ListSigners {
  readonly #signatures: ListSourceOptions['signatures']
  readonly #known = new Map<string, Certificate>()

  constructor({ anchors, signatures }: ListSourceOptions) {
    this.#signatures = signatures
    for (const anchor of anchors) this.add(anchor)
  }

  /** Remembers the issuer of a certificate, from a path already found valid. */
  add(issuer: Certificate): void {
    if (this.#known.size < mostKnown && !this.#known.has(issuer.key.id)) this.#known.set(issuer.key.id, issuer)
  }

  /** The key that signed the list, if it belongs to one of them. The list caches the result. */
  async keyOf(list: RevocationList): Promise<string | undefined> {
    for (const [key, certificate] of this.#known) {
      if (maySign(certificate, list) && (await list.verifySignature(certificate, this.#signatures))) return key
    }
    return undefined
  }
}
