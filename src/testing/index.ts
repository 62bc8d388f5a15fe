/**
 * Tests without a card, of readers and of servers: recording and playback of sessions, the reader test (smoke and soak) with its
 * reports, and the server test, which drives any issuance server with virtual cards.
 *
 * @example
 * ```ts
 * import { CardSession, identifyCard } from 'jpki-card'
 * import { createVirtualCard, VirtualTransport } from 'jpki-card/emulator'
 * import { recordConnection, replayConnection } from 'jpki-card/testing'
 *
 * const transport = new VirtualTransport({ card: await createVirtualCard() })
 * const { name } = await transport.waitForCard()
 * const recording = recordConnection(await transport.connect(name))
 * const session = new CardSession(recording)
 * await identifyCard(session)
 * await session.close()
 * await transport.close()
 *
 * // The same session again, without a card: masked values are not compared.
 * const again = new CardSession(replayConnection(recording.transcript()))
 * console.log((await identifyCard(again)).kind)
 * await again.close()
 * ```
 * @module jpki-card/testing
 */
export * from '../reader-test/index.ts'
export * from '../server-test/index.ts'
export * from '../transcript/index.ts'
