import { createSecretKey } from 'node:crypto'
import type { Encryption } from '../../src/issuance/hpke.ts'
import { openDocument, sealDocument } from '../../src/issuance/seal.ts'
import type { CollectOptions } from '../../src/issuance/terminal.ts'
import type { Seal } from '../../src/server/issuance/ports.ts'
import type { VisitKey } from '../../src/token/index.ts'

/** What was encrypted, and for whom. */
interface Kept {
  readonly recipient: Buffer
  readonly info: Uint8Array
  readonly aad: Uint8Array
  readonly text: Uint8Array
}

/** Both ends of the seal. */
export interface SealModel {
  readonly seal: Seal
  readonly open: Exclude<CollectOptions['open'], undefined>
}

/**
 * The seal with HPKE as a model: an encrypted message is a number under which its text is kept, and is opened with the private key
 * of its recipient and the same `info` and `aad` only. All else is that of `sealDocument` and `openDocument`.
 *
 * @param isBroken - anyone opens it, whatever the context.
 */
export function sealModel(isBroken: boolean): SealModel {
  const kept: Kept[] = []
  const encryption: Encryption = {
    seal(recipient, info, aad, parts) {
      const number = kept.push({ recipient: Buffer.from(recipient), info, aad, text: Buffer.concat(parts) })
      const enc = Buffer.alloc(32)
      enc.writeUInt32BE(number)
      return { enc, ciphertext: Buffer.from(`sealed ${number}`) }
    },
    open({ privateKey }, info, aad, { enc, ciphertext }) {
      const number = Buffer.from(enc).readUInt32BE()
      const found = kept[number - 1]
      if (found === undefined || Buffer.from(ciphertext).toString() !== `sealed ${number}`) return undefined
      const isFor = found.recipient.equals(publicOf(privateKey.export()))
      const isSame = Buffer.compare(found.info, info) === 0 && Buffer.compare(found.aad, aad) === 0
      return isBroken || (isFor && isSame) ? Uint8Array.from(found.text) : undefined
    },
  }
  return {
    seal: (visitKey, context, subject, pages) => sealDocument(visitKey, context, subject, pages, encryption),
    open(visit, context, sealed, expected) {
      const named = isBroken ? (sealed as { readonly case: string }).case : context.case
      return openDocument(visit, { ...context, case: named }, sealed, expected, encryption)
    },
  }
}

/** The key pair of a visit by its number. The private key is not to be found from the public one in this model, as no one tries. */
export function keyPairOf(visit: number): VisitKey {
  const secret = Buffer.alloc(32, visit)
  secret.writeUInt32BE(visit, 28)
  return { privateKey: createSecretKey(secret), publicKey: publicOf(secret) }
}

function publicOf(secret: Uint8Array): Buffer {
  return Buffer.from(secret.map((byte) => byte ^ 0x5a))
}
