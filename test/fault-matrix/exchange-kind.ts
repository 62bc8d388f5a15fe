/** What an exchange of a flow is, for the table of outcomes. */
export const exchangeKinds = [
  'select',
  'select-file',
  'read',
  'read-record',
  'get-data',
  'counter',
  'verify',
  'change',
  'sign',
  'last-command',
  'session-key',
  'protected-verify',
  'protected-read',
  'clear',
] as const

/** One of the kinds. */
export type ExchangeKind = (typeof exchangeKinds)[number]

const byInstruction: ReadonlyMap<number, ExchangeKind> = new Map([
  [0x24, 'change'],
  [0x2a, 'sign'],
  [0x32, 'change'],
  [0xae, 'session-key'],
  [0xb0, 'read'],
  [0xb2, 'read-record'],
  [0xca, 'get-data'],
  [0xfc, 'last-command'],
])

/** Whether it is a VERIFY that carries a PIN, in the clear or protected: an empty one has at most an Le. */
export function carriesPin(command: Uint8Array): boolean {
  return command[1] === 0x20 && command.length > 5
}

/** Whether a card is the same after the command, its current file apart. */
export function changesNothing(command: Uint8Array): boolean {
  return command[0] !== 0x08 && ['read', 'read-record', 'get-data', 'counter', 'sign'].includes(kindOf(command))
}

/** The kind of a command APDU. */
export function kindOf(command: Uint8Array): Exclude<ExchangeKind, 'clear'> {
  const isProtected = command[0] === 0x08
  if (command[1] === 0xa4) return command[2] === 0x04 ? 'select' : 'select-file'
  if (command[1] === 0x20) return isProtected ? 'protected-verify' : carriesPin(command) ? 'verify' : 'counter'
  if (command[1] === 0xb0 && isProtected) return 'protected-read'
  const kind = byInstruction.get(command[1]!)
  if (kind === undefined || kind === 'clear') throw new Error('a flow sends a command that the matrix does not know')
  return kind
}
