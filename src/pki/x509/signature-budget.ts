import { setImmediate } from 'node:timers/promises'
import type { PublicKey } from './public-key.ts'

/** Work in steps: other work of the process may run between two steps. */
export type Steps<T> = Generator<void, T, void>

/** Runs all steps synchronously. */
export function finish<T>(steps: Steps<T>): T {
  let step = steps.next()
  while (!step.done) step = steps.next()
  return step.value
}

/** Milliseconds of work after which the event loop gets a turn: with the current check it is blocked for about 10. */
const turnMs = 5

/** Start of the work since the last turn of the event loop, and the next turn if awaited. */
let began = 0
let next: Promise<void> | undefined

/** Whether enough work was done since the last turn of the event loop to yield again. */
export const isTurnDue = (): boolean => performance.now() - began >= turnMs

/**
 * The next turn of the event loop, shared by all waiters: the first to continue does work, the others find that a turn
 * is due again.
 */
export async function nextTurn(): Promise<void> {
  next ??= setImmediate().then(() => {
    next = undefined
    began = performance.now()
  })
  await next
}

/** Runs all steps: synchronously if few, else yielding to the event loop. */
export function inTurns<T>(steps: Steps<T>): T | Promise<T> {
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
    if (isTurnDue()) return continued(steps)
  }
}

async function continued<T>(steps: Steps<T>): Promise<T> {
  for (;;) {
    while (isTurnDue()) await nextTurn()
    const step = steps.next()
    if (step.done) return step.value
  }
}

/**
 * Signature verifications left for one verification, over path, CRLs and OCSP responses together, so that malicious
 * certificates cannot raise its cost. Weighted by time: 1 for RSA and P-256, 4 for P-384, DSA and RSA with a public
 * exponent above 65 537, 8 for P-521.
 */
export class SignatureBudget {
  #left: number
  #exceeded = false

  /** @param checks - units to spend; not negative. */
  constructor(checks: number) {
    this.#left = checks
    if (next === undefined) began = performance.now()
  }

  /**
   * Whether a check was refused because the budget was spent: then no result of this verification is valid, except a
   * refusal.
   */
  get exceeded(): boolean {
    return this.#exceeded
  }

  /** Spends the cost of one check. @returns false, and nothing is spent, if it exceeds the budget. @internal */
  spend(key: Pick<PublicKey, 'kind' | 'numbers'>): boolean {
    const cost = costOf(key)
    if (this.#exceeded || this.#left < cost) {
      this.#exceeded = true
      return false
    }
    this.#left -= cost
    return true
  }
}

function costOf({ kind, numbers }: Pick<PublicKey, 'kind' | 'numbers'>): number {
  if (kind.kind === 'dsa') return 4
  if (kind.kind === 'ec') return kind.curve === 'P-256' ? 1 : kind.curve === 'P-384' ? 4 : 8
  return numbers?.kind === 'rsa' && numbers.exponentBits > 17 ? 4 : 1
}
