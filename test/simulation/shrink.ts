import type { Invariant } from './oracle.ts'
import { type Fault, faultNames, paces, planOf, type Reduction } from './plan.ts'
import { runSchedule, type ScheduleOptions } from './run.ts'

/**
 * The smallest reduction found of a schedule that still violates the same invariant: leaves out faults, visits, terminals,
 * instances and registers, one at a time, until nothing more can be left out.
 */
export async function shrink(seed: number, invariant: Invariant, options: ScheduleOptions): Promise<Reduction> {
  const fails = async (reduction: Reduction): Promise<boolean> => {
    const { violation } = await runSchedule(seed, { variant: options.variant, reduction })
    return violation?.invariant === invariant
  }
  let best: Reduction = options.reduction ?? {}
  for (let isSmaller = true; isSmaller; ) {
    isSmaller = false
    for (const candidate of smallerThan(seed, best)) {
      if (!(await fails(candidate))) continue
      best = candidate
      isSmaller = true
      break
    }
  }
  return best
}

/** Reductions by one more thing. */
function smallerThan(seed: number, reduction: Reduction): readonly Reduction[] {
  const plan = planOf(seed, reduction)
  const { without = [] } = reduction
  const on = faultNames.filter((fault) => plan.rates[fault] > 0)
  const half = on.slice(0, Math.ceil(on.length / 2))
  const leavingOut = (some: readonly Fault[]): Reduction => ({ ...reduction, without: [...without, ...some] })
  const candidates: Reduction[] = []
  if (on.length > 2) candidates.push(leavingOut(half), leavingOut(on.slice(half.length)))
  candidates.push(...on.map((fault) => leavingOut([fault])))
  for (const name of ['visitsPerTerminal', 'terminals', 'instances', 'registers'] as const) {
    if (plan[name] > 1) candidates.push({ ...reduction, [name]: plan[name] - 1 })
  }
  for (const pace of paces.slice(0, paces.indexOf(plan.pace))) candidates.push({ ...reduction, pace })
  return candidates
}

/** A reduction as arguments of the command line. */
export function argumentsOf({
  without = [],
  instances,
  terminals,
  visitsPerTerminal,
  registers,
  pace,
}: Reduction): string {
  const numbers = { instances, terminals, visits: visitsPerTerminal, registers, pace }
  const given = Object.entries(numbers).filter(([, value]) => value !== undefined)
  const faults = without.length > 0 ? [['without', without.join(',')] as const] : []
  return [...given, ...faults].map(([name, value]) => ` --${name} ${value}`).join('')
}
