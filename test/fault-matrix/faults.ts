import type { Fault, FaultAction, LoggedExchange } from '../../src/emulator/index.ts'
import { changesNothing } from './exchange-kind.ts'

/** One fault of the matrix, made for the exchange it meets. */
export interface MatrixFault {
  readonly title: string
  readonly when: NonNullable<Fault['when']>
  /** What to do at an exchange that goes this way without a fault; nothing when it would be no fault there. */
  readonly at: (exchange: LoggedExchange) => FaultAction | undefined
}

/** Status words that cards are known or allowed to answer anything with. */
export const statusWords: readonly number[] = [
  0x6100, 0x6110, 0x6281, 0x6300, 0x63c0, 0x63c1, 0x63c2, 0x63c3, 0x6400, 0x6581, 0x6700, 0x6881, 0x6882, 0x6982,
  0x6983, 0x6984, 0x6985, 0x6986, 0x6987, 0x6988, 0x69fc, 0x6a80, 0x6a82, 0x6a86, 0x6a88, 0x6b00, 0x6c00, 0x6c10,
  0x6d00, 0x6e00, 0x6f00, 0x9000,
]

const always = (title: string, action: FaultAction, when: MatrixFault['when']): MatrixFault => ({
  title: when === 'after' ? `${title}, late` : title,
  when,
  at: () => action,
})

const both = (title: string, action: FaultAction): readonly MatrixFault[] => [
  always(title, action, 'before'),
  always(title, action, 'after'),
]

/**
 * Cut after so many bytes or a few less, where that is less than the whole and what is left does not end like a status word: keys
 * and with them answers are others in each run. The card has executed the command.
 */
const cut = (title: string, bytes: (whole: number) => number): MatrixFault => ({
  title,
  when: 'after',
  at: ({ response }) => {
    let truncate = bytes(response.length)
    while (truncate > 1 && [6, 9].includes(response[truncate - 2]! >> 4)) truncate--
    return truncate < response.length ? { truncate } : undefined
  },
})

/** All faults: `late` means that the card has executed the command, and only the answer suffers. */
export const matrixFaults: readonly MatrixFault[] = [
  ...both('pull', 'pull'),
  ...both('reset', 'reset'),
  ...both('silent', 'silent'),
  always('slow', { delayMs: 1 }, 'before'),
  cut('cut to 0 bytes', () => 0),
  cut('cut to 1 byte', () => 1),
  cut('cut to 3 bytes', () => 3),
  cut('cut to half', (whole) => whole >> 1),
  always('rubbish', { garbage: '00'.repeat(300) }, 'before'),
  ...statusWords.flatMap((status) => answering(status)),
]

/** Late too, where the command changes something on the card. */
function answering(status: number): readonly MatrixFault[] {
  const [before, after] = both(status.toString(16).toUpperCase(), { status })
  return [before!, { ...after!, at: ({ command }) => (changesNothing(command) ? undefined : { status }) }]
}
