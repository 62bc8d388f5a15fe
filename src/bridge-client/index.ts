/**
 * The client of `jpki-card bridge`, for pages in a browser and programs: {@link BridgeClient}, and the protocol as types. It uses no
 * package and nothing of Node.js; a page imports it as an ES module. See `docs/bridge.md`.
 *
 * @example
 * ```ts
 * import { startBridge } from 'jpki-card/bridge'
 * import { BridgeClient } from 'jpki-card/bridge-client'
 * import { createVirtualCard, VirtualTransport } from 'jpki-card/emulator'
 * import { WebSocket } from 'ws' // in a page, and in Node.js from 22, there is one
 *
 * const transport = new VirtualTransport({ card: await createVirtualCard() })
 * let secret = ''
 * const bridge = await startBridge({
 *   transport,
 *   clients: [{ origin: 'program' }],
 *   onSecret: (made) => {
 *     secret ||= made // in practice a file that only the client can read
 *   },
 *   pinEntry: 'client',
 *   services: ['attributes'],
 *   purposes: ['application-form'],
 * })
 * const client = await BridgeClient.connect(bridge.url, { secret, WebSocket })
 * client.on('question', ({ question }) => client.sendPin(question, new TextEncoder().encode('1234')))
 * const visit = await new Promise<number>((resolve) => client.on('visit', (event) => resolve(event.visit)))
 * const outcome = await client.call('visit.serve', { visit, purpose: 'application-form', service: 'attributes' })
 * console.log(outcome.kind)
 * client.close()
 * await bridge.close()
 * await transport.close()
 * ```
 * @module jpki-card/bridge-client
 */
export type { BridgeSession, ConnectOptions, WebSocketLike } from './client.ts'
export { BridgeClient } from './client.ts'
export type {
  BridgeAttributes,
  BridgeCardFace,
  BridgeCounts,
  BridgeDocument,
  BridgeErrorObject,
  BridgeEvent,
  BridgeEvents,
  BridgeImage,
  BridgeLanguage,
  BridgeLook,
  BridgeMethod,
  BridgeMethods,
  BridgeOutcome,
  BridgePinError,
  BridgeProtocol,
  BridgeQuestion,
  BridgeReader,
  BridgeScreen,
  BridgeService,
  BridgeServiceLook,
  BridgeState,
  BridgeText,
  Empty,
  PinEntry,
} from './protocol.ts'
export {
  bridgeMethods,
  bridgePath,
  bridgeProtocols,
  bridgeServices,
  longestFrame,
  longestPin,
  pinEntries,
  programOrigin,
  proofText,
  sessionKeyInfo,
} from './protocol.ts'
