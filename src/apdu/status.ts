/**
 * What a status word means. The only table of status words in the package.
 *
 * Sources: ISO/IEC 7816-4 5.6 table 5 to 7; the words seen on real cards are in `docs/card-facts.md`.
 */
export type Status =
  | { readonly kind: 'ok' }
  /** 61XX: the card holds more data, to be fetched with GET RESPONSE; 256 when SW2 is 00. */
  | { readonly kind: 'more-data'; readonly available: number }
  /** 6CXX: Le was wrong, the exact value is given; 256 when SW2 is 00. */
  | { readonly kind: 'wrong-le'; readonly exact: number }
  /** 63CX: a comparison failed or a counter was asked for. 0 means blocked. */
  | { readonly kind: 'tries-left'; readonly left: number }
  /** 6300 to an empty VERIFY: no counter. */
  | { readonly kind: 'no-limit' }
  /** 6983, 6984: the reference data cannot be used any more. Real cards answer 6984. */
  | { readonly kind: 'blocked' }
  /** 6281, 6282, 6283, 6381 and so on: executed, with a remark; the data is valid as far as it goes. */
  | { readonly kind: 'warning' }
  | { readonly kind: 'security-status' }
  /** 6A82 file or application, 6A83 record, 6A88 reference data: it is not there. */
  | { readonly kind: 'not-found' }
  /** The card does not take this form of the command: class, instruction, parameters, lengths. */
  | { readonly kind: 'unsupported' }
  /** 6985, 6986 and so on: not in this state. */
  | { readonly kind: 'conditions' }
  | { readonly kind: 'error' }

/** Names of the kinds of {@link Status}. */
export type StatusKind = Status['kind']

interface Row {
  readonly kind: Exclude<StatusKind, 'more-data' | 'wrong-le' | 'tries-left'>
  readonly text: string
}

const exact: ReadonlyMap<number, Row> = new Map<number, Row>([
  [0x9000, { kind: 'ok', text: 'normal end' }],
  [0x6281, { kind: 'warning', text: 'part of the returned data may be corrupted' }],
  [0x6282, { kind: 'warning', text: 'end of file reached before reading Ne bytes' }],
  [0x6283, { kind: 'warning', text: 'selected file deactivated' }],
  [0x6300, { kind: 'no-limit', text: 'comparison failed, or no retry limit' }],
  [0x6381, { kind: 'warning', text: 'file filled up by the last write' }],
  [0x6400, { kind: 'error', text: 'execution error, memory unchanged' }],
  [0x6581, { kind: 'error', text: 'memory failure' }],
  [0x66f1, { kind: 'unsupported', text: 'secure messaging not available in this application' }],
  [0x6700, { kind: 'unsupported', text: 'wrong length' }],
  [0x6881, { kind: 'unsupported', text: 'logical channel not supported' }],
  [0x6882, { kind: 'unsupported', text: 'secure messaging not supported' }],
  [0x6883, { kind: 'unsupported', text: 'last command of the chain expected' }],
  [0x6884, { kind: 'unsupported', text: 'command chaining not supported' }],
  [0x6981, { kind: 'conditions', text: 'command incompatible with file structure' }],
  [0x6982, { kind: 'security-status', text: 'security status not satisfied' }],
  [0x6983, { kind: 'blocked', text: 'authentication method blocked' }],
  [0x6984, { kind: 'blocked', text: 'reference data not usable' }],
  [0x6985, { kind: 'conditions', text: 'conditions of use not satisfied' }],
  [0x6986, { kind: 'conditions', text: 'command not allowed, no current EF' }],
  [0x6987, { kind: 'conditions', text: 'expected secure messaging data objects missing' }],
  [0x6988, { kind: 'conditions', text: 'incorrect secure messaging data objects' }],
  [0x69fc, { kind: 'conditions', text: 'secure messaging session ended' }],
  [0x6a80, { kind: 'error', text: 'incorrect parameters in the command data' }],
  [0x6a81, { kind: 'unsupported', text: 'function not supported' }],
  [0x6a82, { kind: 'not-found', text: 'file or application not found' }],
  [0x6a83, { kind: 'not-found', text: 'record not found' }],
  [0x6a84, { kind: 'error', text: 'not enough memory space' }],
  [0x6a85, { kind: 'unsupported', text: 'Nc inconsistent with TLV structure' }],
  [0x6a86, { kind: 'unsupported', text: 'incorrect P1-P2' }],
  [0x6a87, { kind: 'unsupported', text: 'Nc inconsistent with P1-P2' }],
  [0x6a88, { kind: 'not-found', text: 'referenced data not found' }],
  [0x6b00, { kind: 'unsupported', text: 'wrong P1-P2, or offset outside the file' }],
  [0x6d00, { kind: 'unsupported', text: 'instruction not supported' }],
  [0x6e00, { kind: 'unsupported', text: 'class not supported' }],
  [0x6f00, { kind: 'error', text: 'no precise diagnosis' }],
])

/** SW1 when SW1-SW2 is not in the exact table. */
const bySw1: ReadonlyMap<number, Row> = new Map<number, Row>([
  [0x62, { kind: 'warning', text: 'warning, memory unchanged' }],
  [0x63, { kind: 'warning', text: 'warning, memory changed' }],
  [0x64, { kind: 'error', text: 'execution error, memory unchanged' }],
  [0x65, { kind: 'error', text: 'execution error, memory changed' }],
  [0x66, { kind: 'error', text: 'security-related error' }],
  [0x67, { kind: 'unsupported', text: 'wrong length' }],
  [0x68, { kind: 'unsupported', text: 'function in CLA not supported' }],
  [0x69, { kind: 'conditions', text: 'command not allowed' }],
  [0x6a, { kind: 'unsupported', text: 'wrong P1-P2' }],
])

const unknown: Row = { kind: 'error', text: 'unknown status' }

function row(sw: number): Row {
  return exact.get(sw) ?? bySw1.get(sw >> 8) ?? unknown
}

/** Classifies a status word. Every value 0x0000 to 0xFFFF has an answer; unknown ones are `error`, never `ok`. */
export function classifyStatus(sw: number): Status {
  const sw2 = sw & 0xff
  if (sw >> 8 === 0x61) return { kind: 'more-data', available: sw2 || 256 }
  if (sw >> 8 === 0x6c) return { kind: 'wrong-le', exact: sw2 || 256 }
  if (sw >> 4 === 0x63c) return { kind: 'tries-left', left: sw2 & 0x0f }
  return { kind: row(sw).kind }
}

/** Short English meaning of a status word. */
export function describeStatus(sw: number): string {
  const status = classifyStatus(sw)
  if (status.kind === 'more-data') return `${status.available} more bytes available`
  if (status.kind === 'wrong-le') return `wrong Le, ${status.exact} bytes available`
  if (status.kind === 'tries-left') return `${status.left} tries left`
  return row(sw).text
}

/**
 * Whether a refusal says clearly what is wrong with the thing asked for: not allowed, blocked or not there. Any other refusal may be
 * about the form of the command, whatever its text says: cards and readers refuse a form with 6300, 6400, 6700, 6881, 6985, 6A80,
 * 6A86, 6B00, 6D00, 6E00 and 6F00.
 */
export function isConclusive(sw: number): boolean {
  const { kind } = classifyStatus(sw)
  return kind === 'security-status' || kind === 'blocked' || kind === 'not-found'
}

/** Whether the data that came with the status may be used: 9000, and warnings. */
export function carriesData(status: Status): boolean {
  return status.kind === 'ok' || status.kind === 'warning'
}
