import { characterBits, isData, type StripeFormat } from '../../../src/municipal/stripe/formats.ts'

/**
 * The stripes of a format as a finite automaton that reads bits, its LRC left out: so it takes every stripe there is, and
 * more. State −1 is none.
 */
export interface StripeAutomaton {
  readonly states: number
  /** Next state by state and bit. */
  readonly next: readonly (readonly [number, number])[]
  readonly start: number
  readonly end: number
}

/** @param allowed - values there may be as data; default: all the track has. */
export function stripeAutomaton(
  format: StripeFormat,
  allowed: (value: number) => boolean = (value) => isData(format, value),
): StripeAutomaton {
  const numbers = new Map<string, number>()
  const names: string[] = []
  const number = (name: string | undefined): number => {
    if (name === undefined) return -1
    if (!numbers.has(name)) names.push(name)
    numbers.set(name, numbers.get(name) ?? names.length - 1)
    return numbers.get(name)!
  }
  const start = number('leading')
  const next: [number, number][] = []
  for (let i = 0; i < names.length; i++) {
    next[i] = [number(step(format, allowed, names[i]!, 0)), number(step(format, allowed, names[i]!, 1))]
  }
  return { states: names.length, next, start, end: number('trailing') }
}

/** A state is `part:bits of the character so far`; parts are start, empty (no data yet), data and lrc. */
function step(format: StripeFormat, allowed: (value: number) => boolean, name: string, bit: 0 | 1): string | undefined {
  if (name === 'leading') return bit === 0 ? 'leading' : 'start:1'
  if (name === 'trailing') return bit === 0 ? 'trailing' : undefined
  const [part, before] = name.split(':') as [string, string]
  const bits = before + bit
  if (bits.length < characterBits(format)) return `${part}:${bits}`
  const value = Number.parseInt([...bits.slice(0, -1)].reverse().join(''), 2)
  const ones = bits.replaceAll('0', '').length
  if (ones % 2 !== (format.parity === 'odd' ? 1 : 0)) return undefined
  if (part === 'start') return value === format.start ? 'empty:' : undefined
  if (part === 'lrc') return 'trailing'
  if (value === format.end) return part === 'data' ? 'lrc:' : undefined
  return allowed(value) ? 'data:' : undefined
}

/** Whether the automaton takes these bits. */
export function takes({ next, start, end }: StripeAutomaton, bits: Uint8Array): boolean {
  let state = start
  for (const bit of bits) {
    state = next[state]![bit as 0 | 1]
    if (state < 0) return false
  }
  return state === end
}

/** Whether some stripe, with one bit turned where `flip` says so, is a stripe again, read the same way or the other. */
export function confused(automaton: StripeAutomaton, other: 'forward' | 'reverse', flip: boolean): boolean {
  const { states, next, start, end } = automaton
  const before = predecessors(automaton)
  const begin = other === 'forward' ? start : end
  const goal = other === 'forward' ? end : start
  // One automaton reads the stripe as it is; the other its changed copy, from the end backwards for the other direction.
  const seen = new Set([(start * states + begin) * 2])
  for (const pair of seen) {
    const flipped = pair % 2
    const [first, second] = [Math.floor(pair / 2 / states), Math.floor(pair / 2) % states]
    if (first === end && second === goal && flipped === (flip ? 1 : 0)) return true
    for (const bit of [0, 1] as const) {
      const first2 = next[first]![bit]
      if (first2 < 0) continue
      for (const turn of flip && flipped === 0 ? ([0, 1] as const) : ([0] as const)) {
        const read = (bit ^ turn) as 0 | 1
        const seconds = other === 'forward' ? [next[second]![read]] : before[read][second]!
        for (const second2 of seconds) {
          if (second2 >= 0) seen.add((first2 * states + second2) * 2 + (flipped | turn))
        }
      }
    }
  }
  return false
}

function predecessors({ states, next }: StripeAutomaton): readonly [number[][], number[][]] {
  const before: [number[][], number[][]] = [
    Array.from({ length: states }, () => []),
    Array.from({ length: states }, () => []),
  ]
  for (const [from, targets] of next.entries()) {
    for (const bit of [0, 1] as const) if (targets[bit] >= 0) before[bit][targets[bit]]!.push(from)
  }
  return before
}
