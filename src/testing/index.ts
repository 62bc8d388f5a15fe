/**
 * Tests without a card, of readers and of servers: recording and playback of sessions, the reader test (smoke and soak) with its
 * reports, and the server test, which drives any issuance server with virtual cards.
 *
 * @module jpki-card/testing
 */
export * from '../reader-test/index.ts'
export * from '../server-test/index.ts'
export * from '../transcript/index.ts'
