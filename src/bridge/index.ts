/**
 * The bridge for pages and programs of this machine: {@link startBridge}. Its client is `jpki-card/bridge-client`. See
 * `docs/bridge.md`.
 *
 * @example
 * ```ts
 * import { startBridge } from 'jpki-card/bridge'
 * import { createVirtualCard, VirtualTransport } from 'jpki-card/emulator'
 *
 * const transport = new VirtualTransport({ card: await createVirtualCard() })
 * const bridge = await startBridge({
 *   transport,
 *   clients: [{ origin: 'https://kiosk.example' }],
 *   onSecret: (secret) => console.log(secret),
 *   pinEntry: 'bridge-page',
 *   services: ['attributes'],
 *   purposes: ['application-form'],
 * })
 * console.log(bridge.url)
 * await bridge.close()
 * await transport.close()
 * ```
 * @module jpki-card/bridge
 */
export type { Bridge } from './bridge.ts'
export { startBridge } from './bridge.ts'
export type { BridgeClientOptions, BridgeLogEvent, BridgeOptions } from './options.ts'
export { isClientOrigin } from './options.ts'
