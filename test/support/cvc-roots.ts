import { type CvcRoot, cvcRootFromSpki } from '../../src/card-face/index.ts'
import type { Identity } from '../../src/emulator/index.ts'

/** The two roots of the virtual cards, each for its application. */
export function rootsOf({ cvc }: Identity): readonly CvcRoot[] {
  return (['text', 'visual'] as const).map((application) => {
    const { keyId, publicKey } = cvc[application].root
    return cvcRootFromSpki(publicKey, { keyId, hierarchy: 'virtual', application })
  })
}
