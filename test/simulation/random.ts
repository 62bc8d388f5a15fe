/** Random numbers from a seed: mulberry32, the same on every machine. */
export class Random {
  #state: number

  /** @param seed - 32 bits. */
  constructor(seed: number) {
    this.#state = seed | 0
  }

  /** From 0, below 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000
  }

  /** An integer from `least` to `most`. */
  integer(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1))
  }

  /** True so often: 0 never, 1 always. */
  chance(rate: number): boolean {
    return this.next() < rate
  }

  pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.next() * list.length)]!
  }
}

/**
 * A stream of its own for each purpose, so that leaving out one kind of fault changes the others as little as possible.
 *
 * @param seed - of the schedule, an integer from 0.
 */
export function streamOf(seed: number, purpose: string): Random {
  // FNV-1a over the purpose, from both halves of the seed.
  let hash = 0x811c9dc5 ^ (seed >>> 0) ^ Math.imul(Math.floor(seed / 0x1_0000_0000), 0x9e3779b1)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  for (let i = 0; i < purpose.length; i++) hash = Math.imul(hash ^ purpose.charCodeAt(i), 0x01000193)
  return new Random(Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35))
}
