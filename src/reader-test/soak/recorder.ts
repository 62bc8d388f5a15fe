import { JpkiCardError } from '../../errors.ts'
import type { ProcessSample, SoakError, SoakStage, SoakTenth } from './report.ts'

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

interface Tenth {
  sessions: number
  failed: number
  readonly sessionMs: DurationHistogram
  readonly exchangeMs: DurationHistogram
  sample?: ProcessSample
}

const emptyTenth = (): Tenth => ({
  sessions: 0,
  failed: 0,
  sessionMs: new DurationHistogram(),
  exchangeMs: new DurationHistogram(),
})

/** Codes counted separately; more than this package has. Further ones are counted as `internal`. */
const maxErrors = 512

/** Counters of a soak test, in constant memory. */
export class SoakRecorder {
  sessions = 0
  failed = 0
  faulty = 0
  outages = 0
  waitedMs = 0
  readonly #tenths: readonly Tenth[] = Array.from({ length: 10 }, emptyTenth)
  readonly #errors = new Map<string, { -readonly [K in keyof SoakError]: SoakError[K] }>()
  #current = 0

  /** For `onExchange` of a session. */
  readonly exchange = ({ milliseconds }: { readonly milliseconds: number }): void => {
    this.#tenths[this.#current]!.exchangeMs.add(milliseconds)
  }

  /** A session has ended. Only those without an error are timed. */
  session(ok: boolean, milliseconds: number): void {
    const tenth = this.#tenths[this.#current]!
    tenth.sessions++
    if (ok) tenth.sessionMs.add(milliseconds)
    else {
      tenth.failed++
      this.failed++
    }
  }

  error(error: unknown, stage: SoakStage, isExpected: (code: string) => boolean): void {
    this.errorCode(error instanceof JpkiCardError ? error.code : 'internal', stage, isExpected)
  }

  errorCode(reported: string, stage: SoakStage, isExpected: (code: string) => boolean): void {
    const code = this.#errors.size < maxErrors || this.#errors.has(`${reported} ${stage}`) ? reported : 'internal'
    const unexpected = code === 'internal' || !isExpected(code) ? 1 : 0
    const known = this.#errors.get(`${code} ${stage}`)
    const { sessions } = this
    if (known === undefined) {
      const entry = { code, stage, count: 1, unexpected, firstSession: sessions, lastSession: sessions }
      this.#errors.set(`${code} ${stage}`, entry)
      return
    }
    known.count++
    known.unexpected += unexpected
    known.lastSession = sessions
  }

  /** Advances to the current tenth of the run; takes a sample at the end of each. */
  async advance(fraction: number, sample: () => Promise<ProcessSample>): Promise<void> {
    const next = Math.min(9, Math.floor(fraction * 10))
    if (next <= this.#current) return
    this.#tenths[this.#current]!.sample = await sample()
    this.#current = next
  }

  /** Tenths that have a sample, the last one with a sample taken now. */
  async finish(sample: () => Promise<ProcessSample>): Promise<readonly SoakTenth[]> {
    this.#tenths[this.#current]!.sample = await sample()
    return this.#tenths.flatMap((tenth) => (tenth.sample === undefined ? [] : [tenthReport(tenth, tenth.sample)]))
  }

  errors(): readonly SoakError[] {
    return [...this.#errors.values()].toSorted((a, b) => b.count - a.count)
  }
}

function tenthReport({ sessions, failed, ...times }: Tenth, sample: ProcessSample): SoakTenth {
  const sessionMs = times.sessionMs.median()
  const exchangeMs = times.exchangeMs.median()
  return {
    sessions,
    failed,
    ...(sessionMs !== undefined && { sessionMs }),
    ...(exchangeMs !== undefined && { exchangeMs }),
    sample,
  }
}
