import { JpkiCardError } from '../../errors.ts'
import { DurationHistogram } from './histogram.ts'
import type { ProcessSample, SoakError, SoakStage, SoakTenth } from './report.ts'

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
