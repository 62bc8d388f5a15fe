/** Bins grow by 2 % each from a microsecond; the last one counts everything from about 17 minutes. */
const growth = Math.log(1.02)
const first = 0.001
const bins = 1048

/** Durations counted in bins: in constant memory, so that measuring does not affect the measured memory. */
export class DurationHistogram {
  readonly #counts = new Uint32Array(bins)
  #count = 0

  get count(): number {
    return this.#count
  }

  /** @param milliseconds - 0 or more. */
  add(milliseconds: number): void {
    const bin = Math.floor(Math.log(Math.max(milliseconds, first) / first) / growth)
    this.#counts[Math.min(bin, bins - 1)]!++
    this.#count++
  }

  /** The median within 2 %, or `undefined` for none. */
  median(): number | undefined {
    if (this.#count === 0) return undefined
    let left = Math.ceil(this.#count / 2)
    let bin = 0
    while (left > this.#counts[bin]!) left -= this.#counts[bin++]!
    return first * Math.exp((bin + 0.5) * growth)
  }
}
