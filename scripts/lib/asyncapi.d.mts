import type { z } from 'zod'
import type { ParamSchemas, SentSchemas } from '../../src/bridge/schemas.ts'

interface Data {
  readonly z: typeof z
  readonly params: ParamSchemas
  readonly sent: SentSchemas
  readonly protocol: string
  readonly path: string
  /** Text of `src/bridge-client/protocol.ts`. */
  readonly source: string
}

interface AsyncapiDocument {
  readonly channels: { readonly bridge: { readonly messages: Readonly<Record<string, object>> } }
  readonly operations: Readonly<Record<string, object>>
  readonly components: { readonly messages: Readonly<Record<string, object>> }
}

export function asyncapiOf(data: Data, options?: { readonly isClosed?: boolean }): AsyncapiDocument
