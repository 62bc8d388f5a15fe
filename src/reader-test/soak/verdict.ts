import type { SoakCheck, SoakError, SoakTenth } from './report.ts'

/** Sessions the first and the last tenth must have before growth or drift is evaluated. */
const enoughSessions = 50

/** The heap after the last tenth may be this factor of that after the first. */
const heapLimit = 1.05
/** Allowed increase of resources and descriptors over the first tenth: samples can differ by one or two. */
const handleLimit = 2
/** Exchanges of the last tenth may take this factor of those of the first, and a millisecond more. */
const latencyLimit = 2
const latencyAllowanceMs = 1

/** Counted values for the verdict. */
export interface SoakOutcome {
  readonly succeeded: number
  readonly errors: readonly SoakError[]
  readonly tenths: readonly SoakTenth[]
  /** Absent when no PIN was given. */
  readonly pinRefused: boolean | undefined
}

/** Every check of the verdict, in the order of `soakCheckIds`. */
export function soakChecks({ succeeded, errors, tenths, pinRefused }: SoakOutcome): readonly SoakCheck[] {
  const internal = sum(errors.filter(({ code }) => code === 'internal'))
  const unexpected = sum(errors) - internal
  const [first, last] = [tenths[0], tenths.at(-1)]
  const isLong =
    first !== undefined &&
    last !== undefined &&
    tenths.length === 10 &&
    [first, last].every(({ sessions, failed }) => sessions - failed >= enoughSessions)
  const growth: readonly SoakCheck[] = isLong ? [heap(first, last), handles(first, last), latency(first, last)] : short
  return [
    { id: 'sessions', status: succeeded > 0 ? 'passed' : 'failed', value: succeeded, limit: 1 },
    atMost('errors', unexpected, 0),
    atMost('internal', internal, 0),
    pinRefused === undefined
      ? { id: 'pin', status: 'skipped', value: 0, limit: 0 }
      : atMost('pin', pinRefused ? 1 : 0, 0),
    ...growth,
  ]
}

const short: readonly SoakCheck[] = [
  { id: 'heap', status: 'skipped', value: 0, limit: heapLimit },
  { id: 'handles', status: 'skipped', value: 0, limit: handleLimit },
  { id: 'latency', status: 'skipped', value: 0, limit: latencyLimit },
]

const sum = (errors: readonly SoakError[]): number => errors.reduce((all, { unexpected }) => all + unexpected, 0)

function atMost(id: SoakCheck['id'], value: number, limit: number): SoakCheck {
  return { id, status: value <= limit ? 'passed' : 'failed', value, limit }
}

function heap(first: SoakTenth, last: SoakTenth): SoakCheck {
  const check = atMost('heap', last.sample.heapBytes / first.sample.heapBytes, heapLimit)
  return first.sample.collected && last.sample.collected ? check : { ...check, status: 'skipped' }
}

function handles(first: SoakTenth, last: SoakTenth): SoakCheck {
  const resources = (tenth: SoakTenth): number => Object.values(tenth.sample.resources).reduce((a, b) => a + b, 0)
  const descriptors = (last.sample.descriptors ?? 0) - (first.sample.descriptors ?? 0)
  return atMost('handles', Math.max(resources(last) - resources(first), descriptors), handleLimit)
}

function latency({ exchangeMs: first = 0 }: SoakTenth, { exchangeMs: last = 0 }: SoakTenth): SoakCheck {
  const value = first === 0 ? 0 : last / first
  const check = atMost('latency', value, latencyLimit)
  return last <= latencyLimit * first + latencyAllowanceMs ? { ...check, status: 'passed' } : check
}
