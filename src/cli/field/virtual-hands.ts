import { setTimeout as sleep } from 'node:timers/promises'
import type { FaultAction, VirtualCard, VirtualTransport } from '../../emulator/index.ts'
import type { SoakHands } from '../../reader-test/index.ts'

const actions: readonly (FaultAction | 'service')[] = [
  'pull',
  'reset',
  'silent',
  'empty',
  { delayMs: 20 },
  { truncate: 1 },
  { truncate: 9 },
  { status: 0x6f00 },
  { status: 0x6985 },
  { garbage: '00' },
  'service',
]

/** Number of exchanges of a session among which a fault is placed. */
const reach = 12
const outageMs = 30

/**
 * Inserts and removes the virtual card, and in a share of the sessions injects a fault at one of the exchanges, or
 * stops the service briefly. Deterministic: the same faults in the same sessions each time.
 *
 * @param rate - share of sessions with a fault, 0 to 1.
 */
export function virtualHands(transport: VirtualTransport, card: VirtualCard, rate: number): SoakHands {
  const random = dice(1)
  let back: Promise<void> = Promise.resolve()
  return {
    async before() {
      await back
      transport.remove()
      transport.insert(card)
      card.setFaults(undefined)
      if (random() >= rate) return { faulty: false }
      const action = actions[Math.floor(random() * actions.length)]!
      const at = 1 + Math.floor(random() * reach)
      if (action === 'service') {
        transport.loseService()
        back = sleep(outageMs).then(() => transport.restoreService())
      } else {
        card.setFaults([{ at, do: action }])
      }
      return { faulty: true }
    },
    async after() {
      await back
      transport.remove()
    },
  }
}

/** Pseudo-random numbers from 0 to 1: a linear congruential generator (Numerical Recipes). */
function dice(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
