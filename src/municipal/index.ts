/**
 * Municipal credentials, described by profiles because their layouts are not public: applications of a card
 * (証明書等自動交付AP, 条例利用AP), magnetic stripes (磁気認証用), and the fields both are made of.
 *
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises'
 * import { municipalStripe, swipeStripe } from 'jpki-card/emulator'
 * import { loadStripeProfile, readBits, readStripeRecord } from 'jpki-card/municipal'
 *
 * const example = new URL('examples/profiles/stripe-example.json', import.meta.resolve('jpki-card/package.json'))
 * const profile = loadStripeProfile(await readFile(example, 'utf8'))
 * const data = municipalStripe({ municipalityCode: '99999', issuedAt: new Date().toISOString() })
 * const swipe = readBits([{ format: 'jis2', bits: swipeStripe({ track: 'jis2', data }) }])
 * // Personal values print as [personal].
 * console.log(readStripeRecord(profile, swipe))
 * ```
 * @module jpki-card/municipal
 */
export * from './application/index.ts'
export * from './profile/index.ts'
export * from './stripe/index.ts'
