import { RevocationList } from '../../pki/revocation/index.ts'
import { Certificate } from '../../pki/x509/index.ts'
import { type Chain, checkChain } from '../trust/chain.ts'

/** The chain of a virtual card's certificate, against the CA that issued it and its list. */
export function chainOnList(certificate: Certificate, ca: Uint8Array, list: Uint8Array, at: Date): Promise<Chain> {
  const trust = { anchors: [Certificate.fromDer(ca)], hierarchies: ['virtual'] } as const
  return checkChain(certificate, trust, { lists: [RevocationList.fromDer(list)], responses: [] }, at)
}
