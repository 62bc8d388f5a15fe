import type { CaseState } from '../../src/issuance/case.ts'
import { isFinal } from '../../src/issuance/case.ts'
import type { AuditEvent } from '../../src/server/audit/line.ts'
import type { BreakerState } from '../../src/server/issuance/breaker.ts'
import type { CaseRecord } from '../../src/server/issuance/case-record.ts'
import type { TextChange } from '../../src/server/stores/store.ts'
import type { World } from './world.ts'

/** Names of the invariants. */
export const invariants = {
  'wrong-person': 'no terminal prints a page of another than the holder whose card signed in that visit',
  'after-deadline': 'no page is printed after the deadline of its case',
  'not-released': 'nothing is printed that was not released to that terminal',
  'released-twice': 'a document is released at most once, and one document for a token',
  'not-audited': 'no document is handed out that is not in the audit log as released',
  'no-audited-end': 'every case ends, and its end is in the audit log',
  'audit-untrue': 'every line about a case tells a change of its state, and without faults every change has its line',
  'released-while-stopped':
    'while issuing is stopped no document goes on towards its release, nor one of before afterwards',
  fence: 'the fencing number of a case increases with each change',
  'after-the-end': 'nothing follows a final state',
  'mismatch-goes-on': 'a mismatch stops issuing',
  'register-ignored':
    'no document is sealed against a register that refuses it, contradicts another, or cannot vouch for it',
  'refused-as-known': 'no token is refused for having a case when it has none',
  'unexpected-error': 'a call of the desk fails with a coded refusal only',
  'never-ends': 'when faults have ended, every case and visit ends, and no work is left',
  'real-time': 'no timer, clock or randomness of the system is used, and no rejection is left without a handler',
  'no-paper': 'without faults every visit ends with its paper',
} as const

/** One of {@link invariants}. */
export type Invariant = keyof typeof invariants

/** The first invariant that did not hold. */
export interface Violation {
  readonly invariant: Invariant
  readonly detail: string
  /** Virtual time, milliseconds. */
  readonly at: number
}

/** What is known of a case from the store itself. */
interface Track {
  record: CaseRecord
  /** Virtual time of its opening, milliseconds. */
  readonly openedAt: number
  /** Of each change, `fence:state`. */
  readonly changes: string[]
}

/** A store as it is known from the changes that were applied to it. */
interface Shadow {
  readonly tracks: Map<string, Track>
  breaker: BreakerState
}

/** A mismatch that was seen by an instance, or reported to it. */
interface ExpectedStop {
  readonly at: number
  readonly what: string
  /** An instance that is gone has forgotten it. */
  readonly isForgotten: () => boolean
}

/** Holds what happens against the invariants: at each change in a store, each line of the audit log, each printed page. */
export class Oracle {
  readonly #world: World
  violation: Violation | undefined
  readonly #shadows: Shadow[] = []
  /** Virtual time at which an id was made: that at which its case was opened. */
  readonly #made = new Map<string, number>()
  /** Cases that are not final with their end in the audit log. */
  openCases = 0
  /** Of cases in the audit log: `fence:state`. */
  readonly #lines = new Map<string, Set<string>>()
  readonly #tokens = new Set<string>()
  /** Documents handed out: case -> terminal, and the tokens they were for. */
  readonly #handedOut = new Map<string, string>()
  readonly #tokensServed = new Set<string>()
  /** Cases a register has refused, and how. */
  readonly #notToSeal = new Map<string, string>()
  readonly #expectedStops: ExpectedStop[] = []
  /** Virtual time at which issuing was stopped last, by the store; now while it is. */
  #stoppedUntil = -1
  /** Resumptions that have begun. */
  resumesBegun = 0
  /** A clerk's stop was confirmed, and no resumption has begun since. */
  isStopConfirmed = false

  constructor(world: World) {
    this.#world = world
  }

  fail(invariant: Invariant, detail: string): void {
    if (this.violation !== undefined) return
    this.violation = { invariant, detail, at: this.#world.now }
    this.#world.log('VIOLATION', `${invariant}: ${detail}`)
  }

  /** A store; each is watched with a shadow of its own. */
  addStore(): Shadow {
    const shadow: Shadow = { tracks: new Map(), breaker: { epoch: 0 } }
    this.#shadows.push(shadow)
    return shadow
  }

  idMade(id: string): void {
    this.#made.set(id, this.#world.now)
  }

  /** Changes that were applied. */
  applied(shadow: Shadow, actor: string, changes: readonly TextChange[]): void {
    for (const { key, expected, next } of changes) {
      if (next === undefined || next === expected) continue
      if (key.startsWith('case:')) this.#caseChanged(shadow, actor, JSON.parse(next) as CaseRecord)
      if (key === 'breaker') this.#breakerChanged(shadow, actor, JSON.parse(next) as BreakerState)
    }
  }

  #breakerChanged(shadow: Shadow, actor: string, next: BreakerState): void {
    const { stop } = shadow.breaker
    shadow.breaker = next
    if (next.stop !== undefined) {
      this.#world.count('stop:', next.stop.reason)
      this.#world.onStop?.()
    } else if (stop !== undefined) {
      this.#world.count('stop:', 'resumed')
      this.#stoppedUntil = this.#world.now
    }
    if (this.#world.trace !== undefined) this.#world.log('store', `breaker ${JSON.stringify(next)} by ${actor}`)
  }

  #caseChanged(shadow: Shadow, actor: string, next: CaseRecord): void {
    const world = this.#world
    const { id, state, fence } = next
    const track = shadow.tracks.get(id)
    if (world.trace !== undefined) {
      const noted = next.audited === true ? ', end is audited' : ''
      world.log('store', `case ${short(id)} ${state} fence ${fence}${noted}, by ${actor}`)
    }
    if (track === undefined) {
      this.#tokens.add(next.challengeDigest)
      const openedAt = this.#made.get(id) ?? world.now
      shadow.tracks.set(id, { record: next, openedAt, changes: [`${fence}:${state}`] })
      this.openCases += 1
      if (state !== 'opened') this.fail('fence', `a case begins as ${state}`)
    } else {
      const { record } = track
      track.record = next
      if (isFinal(record.state)) {
        const isNote = state === record.state && fence === record.fence && next.audited === true
        if (!isNote) this.fail('after-the-end', `${short(id)} ${record.state} -> ${state}`)
        else if (record.audited !== true) this.openCases -= 1
        return
      }
      if (fence <= record.fence) this.fail('fence', `${short(id)} ${record.fence} -> ${fence} (${state})`)
      track.changes.push(`${fence}:${state}`)
    }
    world.count('state:', state)
    const goesOn = state === 'opened' || state === 'composing' || state === 'sealed' || state === 'released'
    if (goesOn && (shadow.breaker.stop !== undefined || shadow.breaker.epoch !== next.epoch)) {
      this.fail('released-while-stopped', `${short(id)} becomes ${state}`)
    }
    const refusal = this.#notToSeal.get(id)
    if (state === 'sealed' && refusal !== undefined) this.fail('register-ignored', `${short(id)} sealed: ${refusal}`)
  }

  /** A line that is in the audit log. */
  audited({ type, case: id, state, fence, reason }: AuditEvent): void {
    if (type !== 'case') {
      this.#world.count('audit:', type)
      return
    }
    if (typeof reason === 'string') this.#world.count('reason:', reason)
    const key = String(id)
    let lines = this.#lines.get(key)
    if (lines === undefined) {
      lines = new Set()
      this.#lines.set(key, lines)
    }
    const line = `${fence}:${state}`
    lines.add(line)
    if (!this.#shadows.some(({ tracks }) => tracks.get(key)?.changes.includes(line) === true)) {
      this.fail('audit-untrue', `${short(key)} ${line} is in the audit log, and did not occur`)
    }
  }

  /** What a call of the desk was refused with. */
  refused(action: string, code: string | undefined, error: unknown): void {
    if (code === undefined) this.fail('unexpected-error', `${action}: ${String(error)}`)
    else this.#world.count('refusal:', code)
  }

  /** A token was refused because it has a case. */
  refusedAsKnown(challengeDigest: string): void {
    if (!this.#tokens.has(challengeDigest)) this.fail('refused-as-known', `token ${challengeDigest.slice(0, 6)}`)
  }

  /** A desk has handed out a document. */
  released(id: string, terminal: string, challengeDigest: string, wasStopped: boolean): void {
    const isAgain = this.#handedOut.has(id) || this.#tokensServed.has(challengeDigest)
    if (isAgain) this.fail('released-twice', `${short(id)}, token ${challengeDigest.slice(0, 6)}`)
    this.#handedOut.set(id, terminal)
    this.#tokensServed.add(challengeDigest)
    const hasLine = [...(this.#lines.get(id) ?? [])].some((line) => line.endsWith(':released'))
    if (!hasLine) this.fail('not-audited', short(id))
    if (wasStopped) this.fail('released-while-stopped', `${short(id)} is handed out`)
  }

  /** A page comes out of a printer. @param slackMs - how far the terminal's clock went back in the visit. */
  printed(page: { case: string; terminal: string; subject: string; expected: string; slackMs: number }): void {
    const { case: id, terminal, subject, expected, slackMs } = page
    this.#world.count('printed:', 'pages')
    if (subject !== expected) this.fail('wrong-person', `${terminal} prints a page of ${subject} for ${expected}`)
    if (this.#handedOut.get(id) !== terminal) this.fail('not-released', `${short(id)} at ${terminal}`)
    const opened = this.#made.get(id)!
    const late = this.#world.now - opened - this.#world.plan.lifetimeMs - slackMs
    if (late > 0) this.fail('after-deadline', `${short(id)} at ${terminal}, ${late} ms late`)
  }

  /** A register has answered so that no document may be sealed. */
  mustNotSeal(id: string, why: string): void {
    this.#notToSeal.set(id, why)
  }

  /** A mismatch was seen at a virtual time: issuing must be stopped then or later. */
  expectStop(what: string, at: number, isForgotten: () => boolean): void {
    this.#world.count('mismatch:', what)
    this.#expectedStops.push({ at, what, isForgotten })
  }

  /** Mismatches that have not stopped issuing yet. */
  get missingStops(): readonly string[] {
    if (this.#expectedStops.length === 0) return []
    const isStopped = this.#shadows.some(({ breaker }) => breaker.stop !== undefined)
    const until = isStopped ? this.#world.now : this.#stoppedUntil
    return this.#expectedStops.filter(({ at, isForgotten }) => at > until && !isForgotten()).map(({ what }) => what)
  }

  /** When all is over. */
  finish(isCalm: boolean): void {
    for (const { tracks } of this.#shadows) {
      for (const [id, { record, changes }] of tracks) {
        const lines = this.#lines.get(id) ?? new Set()
        if (!isFinal(record.state) || !lines.has(changes.at(-1)!)) {
          this.fail('no-audited-end', `${short(id)} is ${record.state}, in the audit log: ${[...lines].join(' ')}`)
        }
        const missing = isCalm ? changes.filter((change) => !lines.has(change)) : []
        if (missing.length > 0) this.fail('audit-untrue', `${short(id)} ${missing.join(' ')} is not in the audit log`)
      }
    }
  }

  /** The state of each case, for the trace. */
  get states(): readonly CaseState[] {
    return this.#shadows.flatMap(({ tracks }) => [...tracks.values()].map(({ record }) => record.state))
  }
}

/** An id in the trace. */
export function short(id: string): string {
  return id.slice(0, 6)
}
