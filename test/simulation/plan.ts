import { type Random, streamOf } from './random.ts'

/** Kinds of faults, each with what it does. */
export const faults = {
  'request-lost': 'a message of a terminal or clerk does not arrive',
  'answer-lost': 'the answer to it does not',
  duplicate: 'it arrives twice, the second time perhaps at another instance',
  'sealed-crossed': 'the answer to a release holds the sealed document of another one',
  'answer-crossed': 'the answer to a release is that to another one',
  'sealed-changed': 'a sealed document is changed on the way',
  crash: 'an instance is gone at one of its calls of a port, before or after it had an effect, and starts again later',
  shutdown: 'an instance is closed, and starts again later',
  'store-outage': 'the store is not there for a time',
  'store-error': 'a call of the store fails without effect',
  'store-unclear': 'a call of the store has its effect, and fails',
  'instance-clock': 'the clock of an instance jumps',
  'terminal-clock': 'the clock of a terminal jumps',
  'composer-slow': 'a document takes long',
  'composer-late': 'a document takes long, and the composer ignores its signal',
  'composer-mixed': 'a page of another person is among the pages',
  'composer-earlier': 'the result is that of an earlier case',
  'composer-page-count': 'the number of pages is not that of the pages',
  'composer-failed': 'the document cannot be composed',
  'register-slow': 'a register takes long, and ignores its signal',
  'register-stale': 'a register is out of date',
  'register-gap': 'changes are missing in a register',
  'register-back': 'a register is older than it was',
  'register-contradicts': 'a register names another person, or differs in what may be issued',
  'register-suppressed': 'a document may not be issued',
  'register-failed': 'a register does not answer, or malformed',
  'audit-error': 'a line of the audit log cannot be written',
  'audit-unclear': 'a line is written, and the call fails',
  'audit-outage': 'the audit log is not there for a time',
  'printer-before': 'a printer fails before its first page',
  'printer-middle': 'a printer fails between two pages, or after the last one',
  'printer-hangs': 'a printer stands until its signal is aborted',
  'printer-deaf': 'a printer stands, and does not settle whatever its signal says',
  'paper-left': 'the paper is not taken',
  'holder-leaves': 'the holder ends the visit',
  'terminal-off': 'a terminal is switched off in a visit',
  'clerk-stops': 'a clerk stops issuing, and mostly resumes it',
} as const

/** One of {@link faults}. */
export type Fault = keyof typeof faults

export const faultNames = Object.keys(faults) as readonly Fault[]

/** How long messages take. `reordered`: any time up to two seconds, so that later ones overtake. */
export const paces = ['at-once', 'local', 'reordered'] as const

/** What one schedule consists of. All times are milliseconds. */
export interface Plan {
  readonly seed: number
  readonly instances: number
  readonly terminals: number
  readonly visitsPerTerminal: number
  readonly registers: number
  readonly pace: (typeof paces)[number]
  /** Of each kind of fault at each occasion for it; 0 for those that do not occur. */
  readonly rates: Readonly<Record<Fault, number>>
  /** From then on there are no faults. */
  readonly faultsEndAt: number
  /** Between the first requests of two terminals, at most. */
  readonly spread: number
  readonly lifetimeMs: number
  readonly outcomeMs: number
  readonly retentionMs: number
  readonly pollMs: number
  readonly reportAttempts: number
  /** Whether the composer reads the marker from the bytes of a page. */
  readonly readsMarker: boolean
  /** Whether two terminals have the same holder. */
  readonly isHolderShared: boolean
}

/** What of a plan is left out: for shrinking. */
export interface Reduction {
  readonly without?: readonly Fault[] | undefined
  readonly instances?: number | undefined
  readonly terminals?: number | undefined
  readonly visitsPerTerminal?: number | undefined
  readonly registers?: number | undefined
  readonly pace?: Plan['pace'] | undefined
}

/** How often a fault occurs: rare where each call of a port is an occasion, often where a visit has one or two. */
const ratesByOccasion = { state: [0.003, 0.01, 0.03], call: [0.01, 0.05, 0.3], visit: [0.1, 0.3, 0.7] } as const
const occasions: Readonly<Partial<Record<Fault, keyof typeof ratesByOccasion>>> = {
  'request-lost': 'call',
  'answer-lost': 'call',
  duplicate: 'call',
  crash: 'state',
  shutdown: 'state',
  'store-outage': 'state',
  'store-error': 'call',
  'store-unclear': 'call',
  'instance-clock': 'state',
  'terminal-clock': 'call',
  'audit-error': 'call',
  'audit-unclear': 'call',
  'audit-outage': 'state',
  'terminal-off': 'state',
}

/** The plan of a seed: a random choice of faults, many schedules without most of them, some without any. */
export function planOf(seed: number, reduction: Reduction = {}): Plan {
  const random = streamOf(seed, 'plan')
  const share = random.pick([0, 0.05, 0.1, 0.1, 0.2, 0.4])
  const plan: Plan = {
    seed,
    instances: random.integer(2, 3),
    terminals: random.integer(2, 4),
    visitsPerTerminal: random.pick([1, 1, 2]),
    registers: random.pick([1, 1, 2]),
    pace: random.pick(paces),
    rates: ratesOf(random, share),
    faultsEndAt: random.integer(10_000, 40_000),
    spread: random.pick([0, 50, 1_000, 1_000, 8_000]),
    lifetimeMs: random.pick([10_000, 12_000, 20_000]),
    outcomeMs: random.pick([0, 5_000, 10_000]),
    retentionMs: random.pick([1_000, 3_600_000]),
    pollMs: random.pick([300, 700, 1_500]),
    reportAttempts: random.pick([1, 3, 6]),
    readsMarker: random.chance(0.7),
    isHolderShared: random.chance(0.2),
  }
  const { without = [], ...numbers } = reduction
  const rates = { ...plan.rates }
  for (const fault of without) rates[fault] = 0
  const given = Object.fromEntries(Object.entries(numbers).filter(([, value]) => value !== undefined))
  return { ...plan, ...given, rates }
}

function ratesOf(random: Random, share: number): Record<Fault, number> {
  const rates = {} as Record<Fault, number>
  for (const fault of faultNames) {
    const isOn = random.chance(share)
    const rate = random.pick(ratesByOccasion[occasions[fault] ?? 'visit'])
    rates[fault] = isOn ? rate : 0
  }
  return rates
}
