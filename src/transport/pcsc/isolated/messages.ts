import type { Disposition } from '../../connection.ts'
import type { PcscShare } from '../binding.ts'

/** Requests to the host, each with one response. `transmit` is sent as bytes: handle number, command. */
export type HostRequest =
  | { readonly ask: 'ping' }
  | { readonly ask: 'probe' }
  | { readonly ask: 'watch'; readonly watch: number }
  | { readonly ask: 'unwatch'; readonly watch: number }
  | { readonly ask: 'connect'; readonly reader: string; readonly share: PcscShare }
  | {
      readonly ask: 'reconnect'
      readonly handle: number
      readonly share: PcscShare
      readonly disposition: Disposition
    }
  | {
      readonly ask: 'control'
      readonly handle: number
      readonly code: number
      /** Hexadecimal. */
      readonly data: string
    }
  | { readonly ask: 'disconnect'; readonly handle: number; readonly disposition: Disposition }

/** A serialized error. */
export interface SentError {
  readonly message: string
  /** Code of pcsc-mini, or of this package. */
  readonly code?: string
}

/** Response to a request. */
export type HostAnswer = { readonly value?: unknown } | { readonly error: SentError }

/** Response to `connect` and `reconnect`. */
export interface SentHandle {
  readonly handle: number
  /** Hexadecimal. */
  readonly atr?: string
  readonly cardEvents?: number
  /** Whether control transfers are supported. */
  readonly controls: boolean
}

/** Events of the host itself; call number 0. */
export type HostNews =
  | { readonly news: 'ready'; readonly name: string; readonly probes: boolean }
  | { readonly news: 'unusable'; readonly error: SentError }
  | WatchNews

/** Events of a watch. */
export type WatchNews =
  | {
      readonly news: 'changed'
      readonly watch: number
      readonly reader: string
      readonly state: number
      readonly atr?: string
    }
  | { readonly news: 'gone'; readonly watch: number; readonly reader: string }
  | { readonly news: 'failed'; readonly watch: number; readonly error: SentError }

/** Serializes an error: only the fields the table of return codes needs. */
export function sendError(cause: unknown): SentError {
  const message = cause instanceof Error ? cause.message : 'the binding failed'
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  return typeof code === 'string' ? { message, code } : { message }
}

export function receiveError({ message, code }: SentError): Error {
  return Object.assign(new Error(message), code !== undefined && { code })
}
