/** Cards with wrong content that execute every command, for tests of verification. */

/** All names, by application. Meanings: {@link ContentFault}. */
export const contentFaults = [
  'text-number-of-other-card',
  'text-number-check-digit',
  'text-attributes-of-other-card',
  'text-attributes-cut',
  'text-attributes-overrun',
  'text-attributes-offsets',
  'text-attributes-not-utf8',
  'text-digests-of-other-card',
  'text-digest-wrong',
  'text-signature-of-other-card',
  'text-certificate-foreign',
  'text-certificate-forged',
  'text-key-copied',
  'visual-birth-of-other-card',
  'visual-face-of-other-card',
  'visual-face-cut',
  'visual-face-offsets',
  'visual-photo-of-other-card',
  'visual-signature-of-other-card',
  'visual-expiry-changed',
  'visual-number-of-other-card',
  'visual-certificate-foreign',
  'visual-certificate-forged',
  'visual-key-copied',
  'common-record-of-other-card',
  'common-record-cut',
] as const

/**
 * One fault in the content of a card. The first word is the application, the second the file or field.
 * The other card has another holder, number, serial, expiry and card key, and the same issuer, so its own signatures
 * right.
 *
 * - `…-of-other-card`: that file (EF 0001, 0002, 0003, 0005, common record 1) or field (photo DF27, signature DF33 or
 *   DF28) is the one of the other card, and nothing else is.
 * - `text-number-check-digit`: EF 0001 has a wrong check digit. Digest and signature match it.
 * - `…-cut`: the file or record is truncated within a value.
 * - `text-attributes-overrun`: the address claims more bytes than the template has. Digest and signature match it.
 * - `…-offsets`: the offset table starts with the place of the second field, and the last entry lies past the end.
 *   It is not signed, so every signature holds.
 * - `text-attributes-not-utf8`: the name ends in C3 28. Digest and signature match it.
 * - `text-digest-wrong`: DF31 has one bit wrong. The signature matches the wrong digest.
 * - `…-certificate-foreign`: EF 0004 chains to another root, which it names, and verifies with it.
 * - `…-certificate-forged`: EF 0004 names the right root but another key signed it.
 * - `…-key-copied`: files of a true card on another chip. All records verify, the response to a challenge does not.
 * - `visual-expiry-changed`: DF29 is ten years late. It is not signed, so every signature holds.
 *
 * NOTE: a card-verifiable certificate has no dates (card-facts section 5.6), so it cannot expire.
 */
export type ContentFault = (typeof contentFaults)[number]

/**
 * @param hasFiles - the card is of the kind that has these files, a My Number card.
 * @throws TypeError for an unknown name, RangeError for any name on a card of another kind.
 */
export function checkContentFaults(names: readonly string[], hasFiles: boolean): Set<ContentFault> {
  for (const name of names) {
    if (!(contentFaults as readonly string[]).includes(name)) {
      throw new TypeError(`contentFaults: unknown fault ${name}`)
    }
    if (!hasFiles) throw new RangeError(`contentFaults: only a My Number card has ${name}`)
  }
  return new Set(names as readonly ContentFault[])
}
