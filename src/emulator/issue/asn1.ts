/** pkijs and asn1js, loaded on first use so that importing the emulator stays cheap; DER through asn1js. */

import type * as asn1js from 'asn1js'
import type * as pkijs from 'pkijs'
import { copyBytes } from '../../bytes.ts'

/** Both libraries. */
export interface Asn1 {
  readonly asn1js: typeof asn1js
  readonly pkijs: typeof pkijs
}

let loading: Promise<Asn1> | undefined

export function loadAsn1(): Promise<Asn1> {
  loading ??= Promise.all([import('asn1js'), import('pkijs')]).then(([asn1js, pkijs]) => ({ asn1js, pkijs }))
  return loading
}

/** A copy whose buffer is exactly these bytes, which is what both libraries take. */
export function exactBuffer(bytes: Uint8Array): ArrayBuffer {
  return copyBytes(bytes).buffer as ArrayBuffer
}
