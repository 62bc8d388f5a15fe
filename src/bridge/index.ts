/**
 * The bridge for pages and programs of this machine: {@link startBridge}. Its client is `jpki-card/bridge-client`. See
 * `docs/bridge.md`.
 *
 * @module jpki-card/bridge
 */
export type { Bridge } from './bridge.ts'
export { startBridge } from './bridge.ts'
export type { BridgeClientOptions, BridgeLogEvent, BridgeOptions } from './options.ts'
export { isClientOrigin } from './options.ts'
export type { ParamSchemas } from './schemas.ts'
export { paramSchemas } from './schemas.ts'
