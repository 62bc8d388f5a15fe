/**
 * Municipal credentials, described by profiles because nothing about them is public: applications of a card
 * (証明書等自動交付AP, 条例利用AP), magnetic stripes (磁気認証用), and the fields both are made of.
 *
 * @module jpki-card/municipal
 */
export * from './application/index.ts'
export * from './profile/index.ts'
export * from './stripe/index.ts'
