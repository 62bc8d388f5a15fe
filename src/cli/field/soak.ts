import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises'
import type { Pin } from '../../card/index.ts'
import { PinError, TransportError } from '../../errors.ts'
import { jpkiPins } from '../../jpki/index.ts'
import { exitCodes, isCode, outcomeOf } from '../../outcomes.ts'
import {
  type ReportLanguage,
  runSoak,
  type SoakOptions,
  type SoakProgress,
  type SoakReport,
  type SoakTable,
  type SoakTenth,
  soakTexts,
  soakToJson,
  soakToJunit,
} from '../../reader-test/index.ts'
import type { CardTransport } from '../../transport/index.ts'
import { writeReport } from '../bounded-file.ts'
import { CliError, usageError } from '../cli-error.ts'
import type { Context, Result } from '../context.ts'
import type { OutputStream } from '../io.ts'
import { junit, pinStdin, reader as readerOption, virtual } from '../options.ts'
import { table } from '../output.ts'
import { closing, settledCapabilities } from '../session.ts'
import { makeVirtualCard, openTransport, virtualCardOptions } from '../transport.ts'
import { waitForCard } from '../wait.ts'
import { sampleProcess } from './process-sample.ts'
import { virtualHands } from './virtual-hands.ts'

/** Update interval, milliseconds: on a terminal one line is rewritten, else a new line is added. */
const everyMs = { terminal: 500, other: 30_000 }

/** Shows the progress of a soak test on standard error. */
function startProgress(stream: OutputStream, texts: SoakTable): { show(progress: SoakProgress): void; stop(): void } {
  const isTerminal = stream.isTTY === true
  let next = 0
  return {
    show({ fraction, sessions, failed, waitingFor }) {
      const now = performance.now()
      if (now < next) return
      next = now + (isTerminal ? everyMs.terminal : everyMs.other)
      const waiting = waitingFor === undefined ? '' : `, ${texts.waitingFor[waitingFor]}`
      const line = texts.progress(Math.floor(fraction * 100), sessions, failed) + waiting
      stream.write(isTerminal ? `\r\x1b[K${line}` : `${line}\n`)
    },
    stop() {
      if (isTerminal) stream.write('\r\x1b[K')
    },
  }
}

/** The report of a soak test for people. */
function soakText(report: SoakReport, language: ReportLanguage): string {
  const texts = soakTexts(language)
  const { tenths, errors, checks, outages, waitedMs } = report
  const { headings, columns, stages } = texts
  const parts = [`${headings.tenths}\n${table([columns, ...tenths.map(tenthRow)])}`]
  if (errors.length > 0) {
    const rows = errors.map(({ code, stage, count, unexpected }) => [
      code,
      stages[stage],
      texts.counted(count, unexpected),
    ])
    parts.push(`${headings.errors}\n${table(rows)}`)
  }
  const rows = checks.map((check) => [texts.results[check.status], texts.checks[check.id], texts.measured(check)])
  parts.push(`${headings.verdict}\n${table(rows)}`)
  const last = [
    texts.sums(report),
    texts.outages(outages, waitedMs / 1000),
    `${texts.verdicts[report.verdict]} – ${texts.ends[report.ended]}`,
  ]
  return `${parts.join('\n')}\n${last.join('\n')}\n`
}

function tenthRow({ sessions, failed, sessionMs, exchangeMs, sample }: SoakTenth, i: number): string[] {
  const { heapBytes, resources, descriptors } = sample
  return [
    String(i + 1),
    String(sessions),
    String(failed),
    sessionMs?.toFixed(2) ?? '–',
    exchangeMs?.toFixed(3) ?? '–',
    (heapBytes / 1e6).toFixed(2),
    String(Object.values(resources).reduce((sum, count) => sum + count, 0)),
    descriptors === undefined ? '–' : String(descriptors),
  ]
}

/** Response timeout of the virtual card, milliseconds: it is often made mute. */
const virtualTimeoutMs = 100
const defaults = { durationMs: 3_600_000, virtualSessions: 1000 }

/** Values of the options specific to `soak`, unparsed. */
interface SoakSettings {
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
  const card = await makeVirtualCard(context.io, await virtualCardOptions(context.options))
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
