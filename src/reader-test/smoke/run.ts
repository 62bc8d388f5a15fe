import type { Capabilities, Pin } from '../../card/index.ts'
import type { JpkiKey } from '../../jpki/index.ts'
import type { Certificate, JpkiHierarchy } from '../../pki/index.ts'
import type { CardConnection } from '../../transport/index.ts'
import { RepeatedPin } from '../repeated-pin.ts'
import { CommandTimes } from '../timing.ts'
import { maskReader } from './context.ts'
import type { SmokeReport, SmokeRun, SmokeStatus, SmokeStepReport, TestMachine } from './report.ts'
import { type Round, type RoundEntry, runRound } from './round.ts'
import { smokeGroupOf, smokeStepIds } from './step-ids.ts'

/** Options of {@link runSmoke}. */
export interface SmokeOptions {
  /** Time of verification of certificates and card, and the report's date. */
  readonly at: Date
  /** Sessions, one after the other, 1 to 1000. Default 3. */
  readonly rounds?: number | undefined
  /** Trust anchors. Default: the CA certificate of the card, when it is one of the six of J-LIS. */
  readonly anchors?: readonly Certificate[] | undefined
  /** Hierarchies of the JPKI that are accepted. Default: production. */
  readonly hierarchies?: readonly JpkiHierarchy[] | undefined
  /**
   * Verified once per round, and their keys sign; consumed. Without them no PIN is sent. A rejected one is
   * never sent again, so a wrong one costs one try; the guard keeps the last.
   */
  readonly pins?: Partial<Readonly<Record<JpkiKey, Pin>>> | undefined
  /** Known capabilities of card and reader. Default: probed by each session. */
  readonly capabilities?: Partial<Capabilities> | undefined
  /** For the report: what the test ran on. */
  readonly machine?: TestMachine | undefined
  /** Aborted: the running session is closed properly, and the rest is skipped. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Tests reader and card without changing anything: detects and identifies the card, selects each application, reads
 * every counter, every free file and certificate, and checks chain and dates. By default it spends no PIN try.
 *
 * A step that fails does not end the run, and no error of a card or reader is thrown: all of it is in the report.
 *
 * @param connect - connects to the card, once for each round.
 * @throws RangeError if `rounds` is not an integer from 1 to 1000 or `at` is an invalid date; TypeError for a PIN that
 *   was used before.
 */
export async function runSmoke(connect: () => Promise<CardConnection>, options: SmokeOptions): Promise<SmokeReport> {
  const { at, rounds = 3, signal, machine } = options
  const given = Object.entries(options.pins ?? {}) as [JpkiKey, Pin][]
  const pins = Object.fromEntries(given.map(([key, pin]) => [key, new RepeatedPin(pin, () => true)]))
  const times = new CommandTimes()
  const started = performance.now()
  const done: Round[] = []
  try {
    checkOptions(at, rounds, given)
    for (let round = 1; round <= rounds && !signal?.aborted; round++) {
      const { anchors, hierarchies = ['production'], capabilities = {} } = options
      done.push(await runRound(connect, { round, at, anchors, hierarchies, pins, times, signal, capabilities }))
    }
  } finally {
    for (const pin of Object.values(pins)) pin.wipe()
  }
  const steps = stepReports(done.flatMap(({ entries }) => entries))
  const connection = done.find((round) => round.connection !== undefined)?.connection
  const kind = done.find((round) => round.kind !== undefined)?.kind
  return {
    startedAt: at,
    ...(machine !== undefined && { machine }),
    durationMs: performance.now() - started,
    ...(connection !== undefined && { reader: maskReader(connection.reader), atr: connection.atr }),
    ...(kind !== undefined && { kind }),
    rounds: done.length,
    steps,
    counts: countsOf(steps),
    exchanges: done.reduce((sum, { exchanges }) => sum + exchanges, 0),
    timings: times.timings(),
    resets: done.reduce((sum, { resets }) => sum + resets, 0),
    cleared: done.every(({ cleared }) => cleared),
    interrupted: signal?.aborted ?? false,
  }
}

function checkOptions(at: Date, rounds: number, pins: readonly [JpkiKey, Pin][]): void {
  if (Number.isNaN(at.getTime())) throw new RangeError('at must be a valid date')
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 1000) throw new RangeError('rounds must be 1 to 1000')
  if (pins.some(([, pin]) => pin.length === 0)) throw new TypeError('a PIN is empty or was already used')
}

/** By step, in the order of the groups. */
function stepReports(entries: readonly RoundEntry[]): readonly SmokeStepReport[] {
  return smokeStepIds.flatMap((id) => {
    const own = entries.filter((entry) => entry.id === id)
    if (own.length === 0) return []
    const runs = own.map(({ run }) => run)
    const status = statusOf(runs)
    const { run, facts } = own.find((entry) => entry.run.status === status)!
    const { reason } = run
    return [{ id, group: smokeGroupOf(id), status, ...(reason !== undefined && { reason }), facts, runs }]
  })
}

function statusOf(runs: readonly SmokeRun[]): SmokeStatus {
  return (['failed', 'passed'] as const).find((status) => runs.some((run) => run.status === status)) ?? 'skipped'
}

function countsOf(steps: readonly SmokeStepReport[]): Readonly<Record<SmokeStatus, number>> {
  const count = (status: SmokeStatus): number => steps.filter((step) => step.status === status).length
  return { passed: count('passed'), failed: count('failed'), skipped: count('skipped') }
}
