/**
 * The client of `jpki-card bridge`, for pages in a browser and programs: {@link BridgeClient}, and the protocol as types. It uses no
 * package and nothing of Node.js; a page imports it as an ES module. See `docs/bridge.md`.
 *
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
export { bridgeProtocols, bridgeServices, pinEntries } from './protocol.ts'
