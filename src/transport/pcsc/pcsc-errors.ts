/** The one table from PC/SC return codes to error codes of this package. */

import { TransportError, type TransportErrorCode } from '../../errors.ts'
import { BindingLost } from './binding.ts'

/** The operation that failed: the meaning of a return code depends on it. */
export type PcscPhase = 'connect' | 'exchange'

interface Row {
  /** Return code, see `pcsclite.h` and `winerror.h`. */
  readonly code: number
  /** Name without the prefix `SCARD_E_` or `SCARD_W_`, as in `error.code` of pcsc-mini. */
  readonly name: string
  readonly connect: TransportErrorCode
  /** If different from `connect`. */
  readonly exchange?: TransportErrorCode
  readonly text: string
}

const startService = 'is pcscd running? (systemctl start pcscd)'

const rows: readonly Row[] = [
  { code: 0x80100002, name: 'Cancelled', connect: 'ERR_CONNECTION_CLOSED', text: 'the call was cancelled' },
  {
    code: 0x80100003,
    name: 'InvalidHandle',
    connect: 'ERR_CONNECTION_CLOSED',
    text: 'invalid handle: unknown to the service',
  },
  {
    code: 0x80100009,
    name: 'UnknownReader',
    connect: 'ERR_NO_READER',
    exchange: 'ERR_CARD_REMOVED',
    text: 'no reader of that name',
  },
  { code: 0x8010000a, name: 'Timeout', connect: 'ERR_TIMEOUT', text: 'timeout in the service' },
  { code: 0x8010000b, name: 'SharingViolation', connect: 'ERR_READER_BUSY', text: 'another program holds the card' },
  {
    code: 0x8010000c,
    name: 'NoSmartCard',
    connect: 'ERR_NO_CARD',
    exchange: 'ERR_CARD_REMOVED',
    text: 'no card in the reader',
  },
  {
    code: 0x8010000f,
    name: 'ProtoMismatch',
    connect: 'ERR_CARD_MUTE',
    exchange: 'ERR_TRANSPORT',
    text: 'the card supports neither T=0 nor T=1',
  },
  {
    code: 0x80100012,
    name: 'SystemCancelled',
    connect: 'ERR_SERVICE_UNAVAILABLE',
    text: 'the service is shutting down',
  },
  {
    code: 0x80100013,
    name: 'CommError',
    connect: 'ERR_SERVICE_UNAVAILABLE',
    text: `the service stopped: ${startService}`,
  },
  { code: 0x80100015, name: 'InvalidAtr', connect: 'ERR_CARD_MUTE', text: 'invalid answer to reset' },
  { code: 0x80100016, name: 'NotTransacted', connect: 'ERR_TRANSPORT', text: 'transaction with the card failed' },
  {
    code: 0x80100017,
    name: 'ReaderUnavailable',
    connect: 'ERR_NO_READER',
    exchange: 'ERR_CARD_REMOVED',
    text: 'the reader was detached',
  },
  { code: 0x80100018, name: 'Shutdown', connect: 'ERR_SERVICE_UNAVAILABLE', text: 'the service is shutting down' },
  {
    code: 0x8010001d,
    name: 'NoService',
    connect: 'ERR_SERVICE_UNAVAILABLE',
    text: `the smart card service is not running: ${startService}`,
  },
  {
    code: 0x8010001e,
    name: 'ServiceStopped',
    connect: 'ERR_SERVICE_UNAVAILABLE',
    text: `the smart card service stopped: ${startService}`,
  },
  {
    code: 0x80100027,
    name: 'NoAccess',
    connect: 'ERR_SERVICE_UNAVAILABLE',
    text: 'access to the service denied for this user (polkit action org.debian.pcsc-lite.access_pcsc)',
  },
  {
    code: 0x8010002e,
    name: 'NoReadersAvailable',
    connect: 'ERR_NO_READER',
    exchange: 'ERR_CARD_REMOVED',
    text: 'no reader is attached',
  },
  {
    code: 0x8010002f,
    name: 'CommDataLost',
    connect: 'ERR_TRANSPORT',
    text: 'communication data lost between reader and card',
  },
  {
    code: 0x80100065,
    name: 'UnsupportedCard',
    connect: 'ERR_CARD_MUTE',
    text: 'the reader does not support the card',
  },
  { code: 0x80100066, name: 'UnresponsiveCard', connect: 'ERR_CARD_MUTE', text: 'the card does not respond' },
  {
    code: 0x80100067,
    name: 'UnpoweredCard',
    connect: 'ERR_CARD_MUTE',
    exchange: 'ERR_CARD_RESET',
    text: 'the card is unpowered',
  },
  { code: 0x80100068, name: 'ResetCard', connect: 'ERR_CARD_RESET', text: 'another program reset the card' },
  {
    code: 0x80100069,
    name: 'RemovedCard',
    connect: 'ERR_NO_CARD',
    exchange: 'ERR_CARD_REMOVED',
    text: 'the card was removed',
  },
  {
    code: 0x8010006a,
    name: 'SecurityViolation',
    connect: 'ERR_SERVICE_UNAVAILABLE',
    text: 'access to the card denied for this user (polkit action org.debian.pcsc-lite.access_card)',
  },
]

/** Generic return codes of a failed exchange; the card may have been removed just before. */
const generic: ReadonlySet<number | undefined> = new Set([0x80100016, 0x8010002f, 0x80100014, 0x80100001])

/** Maps an error of a binding to a coded error; a {@link TransportError} is returned unchanged. */
export function toTransportError(cause: unknown, phase: PcscPhase, reader?: string): TransportError {
  if (cause instanceof TransportError) return cause
  const row = find(cause)
  const pcscCode = row?.code ?? codeInText(cause)
  const where = reader === undefined ? '' : `${reader}: `
  if (cause instanceof BindingLost) return new TransportError('ERR_TRANSPORT', where + cause.message, { cause, reader })
  if (row === undefined) {
    const hex = pcscCode === undefined ? '' : ` (0x${pcscCode.toString(16).toUpperCase()})`
    return new TransportError('ERR_TRANSPORT', `${where}PC/SC failed${hex}`, { cause, pcscCode, reader })
  }
  const code = (phase === 'exchange' ? row.exchange : undefined) ?? row.connect
  return new TransportError(code, where + row.text, { cause, pcscCode, reader })
}

/** Whether the error may have been caused by removal of the card. */
export function mayBeRemoval(error: TransportError): boolean {
  return error.code === 'ERR_TRANSPORT' && generic.has(error.pcscCode)
}

/** pcsc-mini puts the name in `code`; pcsclite only appends `(0x80100069)` to its message. */
function find(cause: unknown): Row | undefined {
  const name = cause instanceof Error && 'code' in cause ? cause.code : undefined
  const code = codeInText(cause)
  return rows.find((row) => row.name === name || row.code === code)
}

function codeInText(cause: unknown): number | undefined {
  const digits = cause instanceof Error ? /\(0x([0-9a-f]{8,16})\)\s*$/i.exec(cause.message)?.[1] : undefined
  return digits === undefined ? undefined : Number.parseInt(digits.slice(-8), 16)
}
