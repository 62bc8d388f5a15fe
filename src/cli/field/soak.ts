import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises'
import type { Pin } from '../../card/index.ts'
import { PinError, TransportError } from '../../errors.ts'
import { jpkiPins } from '../../jpki/index.ts'
import { exitCodes, isCode, outcomeOf } from '../../outcomes.ts'
import {
  runSoak,
  type SoakOptions,
  type SoakReport,
  soakTexts,
  soakToJson,
  soakToJunit,
} from '../../reader-test/index.ts'
import type { CardTransport } from '../../transport/index.ts'
import { writeReport } from '../bounded-file.ts'
import { CliError, usageError } from '../cli-error.ts'
import type { Context, Result } from '../context.ts'
import { junit, pinStdin, reader as readerOption, virtual } from '../options.ts'
import { closing, settledCapabilities } from '../session.ts'
import { makeVirtualCard, openTransport } from '../transport.ts'
import { virtualCardOptions } from '../virtual-options.ts'
import { waitForCard } from '../wait.ts'
import { sampleProcess } from './process-sample.ts'
import { startProgress } from './soak-progress.ts'
import { soakText } from './soak-text.ts'
import { virtualHands } from './virtual-hands.ts'

/** Response timeout of the virtual card, milliseconds: it is often made mute. */
const virtualTimeoutMs = 100
const defaults = { durationMs: 3_600_000, virtualSessions: 1000 }

/** Values of the options specific to `soak`, unparsed. */
export interface SoakSettings {
  readonly hours: string | undefined
  readonly minutes: string | undefined
  readonly sessions: string | undefined
  /** 0 to 1. */
  readonly faultsRate: string | undefined
}

/** `soak`: sessions for hours. Without `--pin-stdin` no PIN is sent. */
export async function soak(context: Context, settings: SoakSettings): Promise<Result> {
  const { options, messages, pins } = context
  if (settings.faultsRate !== undefined && !options.has(virtual)) throw usageError('only-with-virtual', '--faults-rate')
  const pin = options.has(pinStdin) ? await pins.ask('', { upperCase: false }) : undefined
  const report = options.has(virtual)
    ? await soakVirtual(context, settings, pin)
    : await soakReaders(context, settings, pin)
  const { language } = messages
  await writeReport(options.get(junit), () => soakToJunit(report, language))
  return {
    json: soakToJson(report),
    text: soakText(report, language),
    alarms: [soakTexts(language).results.failed],
    refused: refusalOf(report),
  }
}

async function soakVirtual(context: Context, settings: SoakSettings, pin: Pin | undefined): Promise<SoakReport> {
  const { VirtualTransport } = await import('../../emulator/index.ts')
  const card = await makeVirtualCard(context.io, virtualCardOptions(context.options))
  const transport = new VirtualTransport({ apduTimeoutMs: virtualTimeoutMs })
  const hands = virtualHands(transport, card, Number(settings.faultsRate ?? 0))
  return closing(transport, () => run(context, settings, transport, { pin, hands }))
}

/** Waits for the first card as every command does, so that a missing reader is reported at once. */
async function soakReaders(context: Context, settings: SoakSettings, pin: Pin | undefined): Promise<SoakReport> {
  return closing(await openTransport(context), async (transport) => {
    const { name } = await waitForCard(context, transport)
    // If another reader is busy, its card would be used first; a reader given by part of its name is recorded by its
    // full name.
    const isChosen = context.options.has(readerOption) || (await transport.readers()).some(({ busy }) => busy)
    return run(context, settings, transport, { pin, ...(isChosen && { reader: name }) })
  })
}

async function run(
  context: Context,
  settings: SoakSettings,
  transport: CardTransport,
  more: Pick<SoakOptions, 'pin' | 'hands' | 'reader'>,
): Promise<SoakReport> {
  const { io, options, messages } = context
  const progress = startProgress(io.stderr, soakTexts(messages.language))
  try {
    return await runSoak(transport, {
      at: new Date(),
      ...lengthOf(settings, options.has(virtual)),
      capabilities: settledCapabilities(options),
      sample: sampleProcess,
      pause,
      onProgress: progress.show,
      signal: io.signal,
      ...more,
    })
  } finally {
    progress.stop()
  }
}

function lengthOf(settings: SoakSettings, isVirtual: boolean): Pick<SoakOptions, 'sessions' | 'durationMs'> {
  const { sessions } = settings
  const hours = Number(settings.hours ?? 0) + Number(settings.minutes ?? 0) / 60
  const asked = {
    ...(sessions !== undefined && { sessions: Number(sessions) }),
    ...(hours > 0 && { durationMs: hours * 3_600_000 }),
  }
  if (Object.keys(asked).length > 0) return asked
  return isVirtual ? { sessions: defaults.virtualSessions } : { durationMs: defaults.durationMs }
}

async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  if (milliseconds === 0) return turn()
  await sleep(milliseconds, undefined, { signal }).catch(() => undefined)
}

function refusalOf({ verdict, ended, checks, errors }: SoakReport): Error | undefined {
  if (ended === 'interrupted') return new TransportError('ERR_ABORTED', 'interrupted')
  if (verdict === 'passed') return undefined
  const failed = checks.filter(({ status }) => status === 'failed').map(({ id }) => id as string)
  if (failed.includes('pin')) {
    const code = errors.map((error) => error.code).find((one) => isCode(one) && outcomeOf(one).exit === exitCodes.pin)
    return new PinError((code ?? 'ERR_PIN_REJECTED') as PinError['code'], 'the given PIN', { pin: jpkiPins.auth.id })
  }
  const reasons = ended === 'given-up' ? [...failed, ended] : failed
  return new CliError('ERR_FIELD_TEST', 'soak-failed', reasons.join(', '))
}
