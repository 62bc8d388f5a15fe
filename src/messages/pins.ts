/** PINs that have a name and form of their own for people. */
export type PinKind =
  | 'auth'
  | 'sign'
  | 'juki'
  | 'text'
  | 'common'
  | 'code-a'
  | 'code-b'
  | 'birth'
  | 'issuance'
  | 'unknown'

/**
 * Where a blocked PIN is set again: at the municipal counter, and for the two of JPKI also with a phone and a store's kiosk
 * by whoever knows the other one. Official, J-LIS password page: `docs/card-facts.md` 3.7.
 */
export type ResetWay = 'counter' | 'counter-or-store-with-auth' | 'counter-or-store-with-sign'

const kinds: Readonly<Record<string, PinKind>> = {
  auth: 'auth',
  sign: 'sign',
  juki: 'juki',
  text: 'text',
  common: 'common',
  'text-code-a': 'code-a',
  'text-code-b': 'code-b',
  'visual-birth': 'birth',
  'visual-code-a': 'code-a',
  'visual-code-b': 'code-b',
  issuance: 'issuance',
}

/** Every `pin` of a `PinError` that is called by its name. */
export const namedPins: readonly string[] = Object.keys(kinds)

/** Which one people are told of. An id that is not known is `unknown`, and nothing of it is shown. */
export function pinKind(id: string | undefined): PinKind {
  return id !== undefined && Object.hasOwn(kinds, id) ? kinds[id]! : 'unknown'
}

/** Where to go when it is blocked. */
export function resetWay(kind: PinKind): ResetWay {
  if (kind === 'sign') return 'counter-or-store-with-auth'
  return kind === 'auth' ? 'counter-or-store-with-sign' : 'counter'
}
