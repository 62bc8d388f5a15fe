import { randomBytes } from 'node:crypto'
import { toHex } from '../../bytes.ts'
import { type Capabilities, CardSession } from '../../card/index.ts'
import type { CardKind } from '../../identify/index.ts'
import { type JpkiKey, jpkiPins } from '../../jpki/index.ts'
import type { CardConnection } from '../../transport/index.ts'
import type { CommandTimes } from '../timing.ts'
import { watchResets } from '../watched-connection.ts'
import { identifyStep, jpkiSteps, registrySteps } from './application-steps.ts'
import { cardValidityStep, certificateSteps, signCertificateStep, trustSteps } from './certificate-steps.ts'
import { isComplete, type SmokeContext, type SmokeStep } from './context.ts'
import { endsConnection, type Finding, failed, findingOf, passed, type SmokeFacts, skipped } from './finding.ts'
import type { SmokeRun } from './report.ts'
import type { SmokeStepId } from './step-ids.ts'

/** With a PIN: verify it, under the guard, and sign random bytes with the key behind it. */
function pinSteps(key: JpkiKey): readonly SmokeStep[] {
  return [
    { id: `verify-${key}`, run: (context) => verify(context, key) },
    { id: `sign-${key}`, run: (context) => sign(context, key) },
  ]
}

async function verify(context: SmokeContext, key: JpkiKey): Promise<Finding> {
  const { jpki, pins } = context
  const why = obstacle(context, key)
  if (why !== undefined) return why
  await pins[key]!.use((pin) => jpki!.verifyPin(key, pin))
  return passed()
}

/** The signature is checked with the certificate of the card, which is read for it where it has not been. */
async function sign(context: SmokeContext, key: JpkiKey): Promise<Finding> {
  const { jpki, session } = context
  const why = obstacle(context, key)
  if (why !== undefined) return why
  if (!session.hasVerified(jpkiPins[key])) return skipped('pin-not-accepted')
  const { algorithm } = await jpki!.sign(key, { message: randomBytes(32) })
  return passed({ algorithm })
}

function obstacle({ jpki, pins }: SmokeContext, key: JpkiKey): Finding | undefined {
  if (pins[key] === undefined) return skipped('no-pin')
  if (jpki === undefined) return skipped('no-application')
  return pins[key].refused ? skipped('pin-not-accepted') : undefined
}

/** Steps of a session, in order: JPKI stays current from its first step to its last. */
const steps: readonly SmokeStep[] = [
  identifyStep,
  ...registrySteps,
  cardValidityStep,
  ...jpkiSteps,
  ...certificateSteps,
  ...pinSteps('auth'),
  ...trustSteps('auth'),
  ...pinSteps('sign'),
  signCertificateStep,
  ...trustSteps('sign'),
]

/** One run of a step, with its facts. */
export interface RoundEntry {
  readonly id: SmokeStepId
  readonly run: SmokeRun
  readonly facts: SmokeFacts
}

/** Result of a round. */
export interface Round {
  readonly entries: readonly RoundEntry[]
  readonly connection?: { readonly reader: string; readonly atr: string }
  readonly kind?: CardKind
  readonly exchanges: number
  readonly resets: number
  readonly cleared: boolean
}

/** How a round is run. */
interface RoundOptions extends Omit<SmokeContext, 'session' | 'identification' | 'jpki'> {
  readonly round: number
  readonly times: CommandTimes
  readonly capabilities: Partial<Capabilities>
  readonly signal: AbortSignal | undefined
}

/** One session with the card, step by step. Never throws. */
export async function runRound(connect: () => Promise<CardConnection>, options: RoundOptions): Promise<Round> {
  const { round, times, signal } = options
  const entries: RoundEntry[] = []
  const note = (id: SmokeStepId, finding: Finding, durationMs = 0, exchanges = 0): void => {
    const { status, facts } = finding
    const reason = finding.status === 'passed' ? {} : { reason: finding.reason }
    entries.push({ id, run: { round, status, ...reason, durationMs, exchanges }, facts })
  }
  const started = performance.now()
  let connection: CardConnection
  try {
    connection = await connect()
    note('connect', passed(), performance.now() - started)
  } catch (error) {
    note('connect', findingOf(error, true), performance.now() - started)
    for (const { id } of steps) note(id, skipped('connection-lost'))
    note('close', skipped('connection-lost'))
    return { entries, exchanges: 0, resets: 0, cleared: true }
  }
  const { reader, atr } = connection
  let resets = 0
  const watched = watchResets(connection, () => resets++)
  const session = new CardSession(watched, { onExchange: times.add, capabilities: options.capabilities })
  const context: SmokeContext = { ...options, session }
  let lost = false
  for (const step of steps) {
    if (lost || signal?.aborted) {
      note(step.id, skipped(lost ? 'connection-lost' : 'interrupted'))
      continue
    }
    const begun = performance.now()
    const before = session.exchanges
    const finding = await step.run(context).catch((error: unknown) => {
      lost = endsConnection(error)
      return findingOf(error, isComplete(context))
    })
    note(step.id, finding, performance.now() - begun, session.exchanges - before)
  }
  const cleared = await close(session, note)
  const kind = context.identification?.kind
  return {
    entries,
    connection: { reader, atr: toHex(atr) },
    ...(kind !== undefined && { kind }),
    exchanges: session.exchanges,
    resets,
    cleared,
  }
}

async function close(
  session: CardSession,
  note: (id: 'close', finding: Finding, durationMs: number, exchanges: number) => void,
): Promise<boolean> {
  const begun = performance.now()
  const before = session.exchanges
  const { cleared, by } = await session.close()
  const finding = cleared ? passed({ clearedBy: by }) : failed('ERR_STATE_NOT_CLEARED')
  note('close', finding, performance.now() - begun, session.exchanges - before)
  return cleared
}
