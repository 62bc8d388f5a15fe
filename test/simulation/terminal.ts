import { RefusalError, ServerError } from '../../src/errors.ts'
import type { CaseView, DocumentRequest } from '../../src/issuance/case.ts'
import type { Page } from '../../src/issuance/seal.ts'
import { type CaseConnection, collectDocument, type Printer, type PrintOptions } from '../../src/issuance/terminal.ts'
import type { AcceptedToken, Release } from '../../src/server/issuance/desk.ts'
import { subjectIn } from './composer.ts'
import { type Instance, origin, SkewedClock } from './instance.ts'
import type { Network, Sender } from './network.ts'
import { short } from './oracle.ts'
import type { Fault } from './plan.ts'
import { subjectOf } from './registers.ts'
import { keyPairOf, type SealModel } from './seal-model.ts'
import type { World } from './world.ts'

/** The person at a terminal has gone. */
class HolderLeft extends Error {}

/** What terminals share. */
export interface Surroundings {
  readonly world: World
  readonly network: Network
  readonly sealing: SealModel
  /** Releases so far, for faults that cross them. */
  readonly releases: Release[]
}

/** One visit at a terminal, from the accepted card to the paper. */
export class Visit implements Sender {
  readonly name: string
  readonly clock: SkewedClock
  readonly home: number
  isAlive = true
  readonly #surroundings: Surroundings
  readonly #terminal: string
  readonly #holder: string
  readonly #accepted: AcceptedToken
  readonly #key: ReturnType<typeof keyPairOf>
  readonly #leaving = new AbortController()
  readonly #documents: readonly DocumentRequest[]
  #switchedOff: (() => void) | undefined
  /** When it got what was not its document, virtual time. */
  #wrongedAt: number | undefined
  /** When its first report of a mismatch has reached an instance, virtual time. */
  #mismatchAt: number | undefined
  /** Reports of a mismatch that were sent, and whether one was answered, also with a refusal. */
  #mismatchReports = 0
  #isMismatchAnswered = false

  /** @param number - of the visit in the schedule, from 1. */
  constructor(surroundings: Surroundings, terminal: string, home: number, number: number) {
    const { world } = surroundings
    const { plan, random } = world
    this.#surroundings = surroundings
    this.#terminal = terminal
    this.home = home
    this.name = `${terminal}/${number}`
    this.clock = new SkewedClock(world, () => this.isAlive)
    this.#holder = plan.isHolderShared && number <= 2 ? 'holder-1' : `holder-${number}`
    this.#key = keyPairOf(number)
    this.#accepted = {
      holder: this.#holder,
      terminal,
      purpose: 'residence-record',
      challengeDigest: String(number).padStart(43, '0'),
      visitKey: this.#key.publicKey,
    }
    const copies = (document: string): DocumentRequest => ({ document, copies: random.integer(1, 2) })
    this.#documents = random.chance(0.8) ? [copies('record')] : [copies('record'), copies('seal')]
  }

  /** @returns how it ended, when it has, or when the terminal was switched off. */
  run(): Promise<string> {
    const { world } = this.#surroundings
    return new Promise((resolve) => {
      this.#switchedOff = () => resolve('switched off')
      if (world.fault('holder-leaves', this.name)) {
        const stream = world.stream('holder-leaves')
        world.after(stream.integer(0, stream.pick([1_000, 5_000, 20_000])), () => {
          world.log(this.name, 'the holder leaves')
          this.#leaving.abort(new HolderLeft())
        })
      }
      this.#collect().then(resolve, (error: unknown) => {
        this.#expectStop()
        resolve(endOf(error))
      })
    })
  }

  /** What was received was not the document of this visit: issuing must stop, unless no report of it could arrive. */
  #expectStop(): void {
    const { world } = this.#surroundings
    // A case that is forgotten cannot be reported.
    if (this.#wrongedAt === undefined || world.plan.retentionMs < 60_000) return
    const isLost = this.#mismatchReports >= world.plan.reportAttempts && !this.#isMismatchAnswered
    if (!isLost) world.oracle.expectStop('terminal-received', this.#wrongedAt, () => false)
  }

  /** At any of its calls, the terminal may be switched off: nothing of it goes on. */
  #fault(kind: Fault): boolean {
    return this.#surroundings.world.fault(kind, this.name)
  }

  #atCall(): void {
    if (!this.isAlive || !this.#fault('terminal-off')) return
    this.isAlive = false
    this.#switchedOff!()
  }

  async #collect(): Promise<string> {
    const { world, sealing } = this.#surroundings
    const { plan } = world
    const sentAt = this.clock.now()
    const opened = await this.#openCase()
    const collected = await collectDocument(
      {
        case: opened,
        origin,
        terminal: this.#terminal,
        challengeDigest: this.#accepted.challengeDigest,
        holder: this.#holder,
        key: this.#key,
        sentAt,
      },
      {
        connection: this.#connection(),
        printer: this.#printer(),
        signal: this.#leaving.signal,
        clock: this.clock,
        pollMs: plan.pollMs,
        reportAttempts: plan.reportAttempts,
        open: sealing.open,
      },
    )
    return collected.state
  }

  /** Sends the token; without an answer, asks what became of it. */
  async #openCase(): Promise<CaseView> {
    const { challengeDigest } = this.#accepted
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#request('open', (instance) => this.#open(instance))
      } catch (error) {
        if (!isPassing(error) && !(error instanceof RefusalError && error.code === 'ERR_CASE_STATE')) throw error
        if (attempt === 4) throw error
      }
      try {
        const caller = { terminal: this.#terminal }
        const found = await this.#request('find', ({ desk }) => desk.find(challengeDigest, caller))
        if (found.state === 'case') return found.case
      } catch (error) {
        if (!isPassing(error)) throw error
        await this.clock.sleep(500, this.#leaving.signal)
      }
    }
  }

  async #open({ desk }: Instance): Promise<CaseView> {
    const { oracle } = this.#surroundings.world
    try {
      return await desk.open(this.#accepted, this.#documents)
    } catch (error) {
      if (error instanceof RefusalError && error.code === 'ERR_CASE_STATE') {
        oracle.refusedAsKnown(this.#accepted.challengeDigest)
      }
      throw error
    }
  }

  /** @param signal - default: that of the holder who leaves. */
  #request<T>(
    what: string,
    handle: (instance: Instance) => Promise<T>,
    options: { signal?: AbortSignal; onAnswer?: (answer: T) => T } = { signal: this.#leaving.signal },
  ): Promise<T> {
    const { network, world } = this.#surroundings
    this.#atCall()
    const checked = async (instance: Instance): Promise<T> => {
      try {
        return await handle(instance)
      } catch (error) {
        world.oracle.refused(what, (error as { readonly code?: string }).code, error)
        throw error
      }
    }
    return network.request(this, what, checked, options)
  }

  #connection(): CaseConnection {
    const caller = { terminal: this.#terminal }
    const { world } = this.#surroundings
    const { oracle } = world
    return {
      state: (id, { signal }) => this.#request('state', ({ desk }) => desk.state(id, caller), { signal }),
      release: (id, fence, { signal }) => {
        const onAnswer = (answer: Release): Release => this.#onItsWay(answer)
        return this.#request('release', (instance) => this.#release(instance, id, fence), { signal, onAnswer })
      },
      report: (id, report, { signal }) => {
        const work = this.#request(
          `report ${report.outcome}`,
          async (instance) => {
            if (report.outcome !== 'mismatch') return instance.desk.report(id, { ...caller, ...report })
            // A report that is repeated stops issuing once.
            this.#mismatchAt ??= world.now
            const view = await instance.desk.report(id, { ...caller, ...report })
            oracle.expectStop('terminal-mismatch', this.#mismatchAt, () => false)
            return view
          },
          { signal },
        )
        if (report.outcome !== 'mismatch') return work
        this.#mismatchReports += 1
        const answered = (error?: unknown): void => {
          this.#isMismatchAnswered ||= error === undefined || !isPassing(error)
        }
        work.then(() => answered(), answered)
        return work
      },
    }
  }

  async #release(instance: Instance, id: string, fence: number): Promise<Release> {
    const { world, releases } = this.#surroundings
    const { oracle } = world
    const isStopped = (): boolean => oracle.isStopConfirmed || instance.stoppedAt === oracle.resumesBegun
    const wasStopped = isStopped()
    const release = await instance.desk.release(id, { terminal: this.#terminal, fence })
    if (world.trace !== undefined) world.log(instance.name, `hands out ${short(id)} to ${this.#terminal}`)
    oracle.released(id, this.#terminal, this.#accepted.challengeDigest, wasStopped && isStopped())
    releases.push(release)
    return release
  }

  /** The answer to a release, as it arrives. */
  #onItsWay(answer: Release): Release {
    const { world, releases } = this.#surroundings
    const { sealed } = answer
    const other = releases.findLast((one) => one.case.id !== answer.case.id)
    const isCrossed = other !== undefined && this.#fault('sealed-crossed')
    const isOther = other !== undefined && !isCrossed && this.#fault('answer-crossed')
    if (!isCrossed && !isOther && !this.#fault('sealed-changed')) return answer
    this.#wrongedAt = world.now
    if (isCrossed) return { ...answer, sealed: other.sealed }
    if (isOther) return other
    const changed = world.stream('sealed-changed').pick([
      { ...sealed, ciphertext: `${sealed.ciphertext.slice(0, -4)}AAAA` },
      { ...sealed, enc: sealed.enc.slice(4) },
      { ...sealed, case: sealed.case.slice(1) },
    ])
    return { ...answer, sealed: changed }
  }

  #printer(): Printer {
    return {
      print: (pages, options) => this.#print(pages, options),
      collected: async ({ signal }) => {
        const { random } = this.#surroundings.world
        await this.clock.sleep(random.integer(300, 4_000), signal)
        return !signal.aborted && !this.#fault('paper-left')
      },
      clear: async () => {},
    }
  }

  async #print(pages: readonly Page[], { case: id, signal }: PrintOptions): Promise<void> {
    const { world } = this.#surroundings
    const { random, oracle } = world
    this.#atCall()
    if (this.#fault('printer-before')) throw new Error('no paper')
    if (this.#fault('printer-deaf')) await new Promise(() => {})
    if (this.#fault('printer-hangs')) await this.clock.sleep(1_000_000, signal)
    for (const { content } of pages) {
      await this.clock.sleep(random.integer(50, 1_500), signal)
      if (signal.aborted) throw new Error('interrupted')
      const subject = subjectIn(content)
      if (world.trace !== undefined)
        world.log(this.name, `PRINTS ${short(id)} ${Buffer.from(content).toString('latin1')}`)
      const expected = subjectOf(this.#holder)
      oracle.printed({ case: id, terminal: this.#terminal, subject, expected, slackMs: this.clock.wentBack })
      if (this.#fault('printer-middle')) throw new Error('paper jam')
    }
  }
}

/** Whether the same question may be answered later. */
function isPassing(error: unknown): boolean {
  return error instanceof ServerError || (error instanceof RefusalError && error.code === 'ERR_STORE_UNAVAILABLE')
}

/** How a visit ended without its paper, for the counts. */
function endOf(error: unknown): string {
  if (error instanceof RefusalError || error instanceof ServerError) return error.code
  return error instanceof HolderLeft ? 'holder left' : `unexpected: ${String(error)}`
}
