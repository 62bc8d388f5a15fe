import { hostname, release } from 'node:os'
import type { Pin } from '../../card/index.ts'
import { PinError, StateNotClearedError, TransportError, type TransportErrorCode } from '../../errors.ts'
import { type JpkiKey, jpkiPins } from '../../jpki/index.ts'
import { exitCodes, isCode, outcomeOf } from '../../outcomes.ts'
import { Certificate } from '../../pki/index.ts'
import {
  machineRows,
  runSmoke,
  type SmokeOptions,
  type SmokeReport,
  smokeGroups,
  smokeTexts,
  smokeToHtml,
  smokeToJson,
  smokeToJunit,
  type TestMachine,
} from '../../reader-test/index.ts'
import { localMoment } from '../../report/index.ts'
import { optionForm } from '../arguments.ts'
import { writeReport } from '../bounded-file.ts'
import { CliError, usageError } from '../cli-error.ts'
import type { Context, Result } from '../context.ts'
import { installedVersion } from '../doctor/bindings.ts'
import { driverVersions } from '../doctor/drivers.ts'
import { pcscdVersion } from '../doctor/service.ts'
import { readText, type System, thisSystem } from '../doctor/system.ts'
import type { Io } from '../io.ts'
import type { Messages } from '../messages/catalogue.ts'
import { html, junit, pinStdin } from '../options.ts'
import { table } from '../output.ts'
import { packageVersion } from '../package-version.ts'
import { pinForm } from '../pin-question.ts'
import { closing, settledCapabilities } from '../session.ts'
import { openTransport } from '../transport.ts'
import { readTrustFiles } from '../trust/options.ts'
import { waitForCard } from '../wait.ts'

/** Data about this machine for a report. @param binding - name of the transport in use. */
async function machineOf(io: Io, binding: string): Promise<TestMachine> {
  const system = io.dependencies?.system ?? thisSystem(io.env)
  const version = await installedVersion(system, binding)
  const drivers = await driverVersions(system)
  return {
    package: packageVersion(),
    node: system.nodeVersion,
    binding: version === undefined ? binding : `${binding} ${version}`,
    system: await systemName(system),
    pcscd: await pcscdVersion(system),
    driver: drivers.length === 0 ? undefined : drivers.join(', '),
    host: hostname(),
  }
}

async function systemName(system: System): Promise<string> {
  const text = (await readText(system, '/etc/os-release')) ?? ''
  const [, name] = /^PRETTY_NAME="?([^"\n]{1,80})"?$/m.exec(text) ?? []
  const kernel = `${system.platform} ${release()} ${system.arch}`
  return name === undefined ? kernel : `${name} (${kernel})`
}

/** `smoke`: reader and card, step by step. Without `--pin-stdin` no PIN is sent. */
export async function smoke(
  context: Context,
  { rounds, signPassword }: { readonly rounds: number; readonly signPassword: boolean },
): Promise<Result> {
  const { options, messages, io } = context
  if (signPassword && !options.has(pinStdin)) {
    throw usageError('missing-option', optionForm(pinStdin))
  }
  const { anchors } = await readTrustFiles(options)
  const pins = await readPins(context, signPassword)
  const report = await closing(await openTransport(context), async (transport) => {
    const { name } = await waitForCard(context, transport)
    return runSmoke(() => transport.connect(name, { signal: io.signal }), {
      at: new Date(),
      rounds,
      capabilities: settledCapabilities(options),
      signal: io.signal,
      pins,
      machine: await machineOf(io, transport.name),
      ...trustOf(context, anchors),
    })
  })
  context.notCleared = !report.cleared
  const { language } = messages
  await writeReport(options.get(html), () => smokeToHtml(report, language))
  await writeReport(options.get(junit), () => smokeToJunit(report, language))
  return {
    json: smokeToJson(report),
    text: textOf(report, messages),
    alarms: [smokeTexts(language).results.failed],
    refused: refusalOf(report),
  }
}

/** Lines of standard input: the user-authentication PIN, then with `--sign-password` the signature password. */
async function readPins({ options, pins }: Context, both: boolean): Promise<Partial<Record<JpkiKey, Pin>>> {
  if (!options.has(pinStdin)) return {}
  const auth = await pins.ask('', { ...pinForm(jpkiPins.auth), more: both })
  return both ? { auth, sign: await pins.ask('', pinForm(jpkiPins.sign)) } : { auth }
}

/**
 * Trust anchors: those named; for a virtual card its own CAs; else the CA certificate on the card, if it is one of
 * J-LIS.
 */
function trustOf(
  { virtualCard }: Context,
  anchors: readonly Certificate[] | undefined,
): Pick<SmokeOptions, 'anchors' | 'hierarchies'> {
  if (anchors !== undefined) return { anchors, hierarchies: ['production', 'test', 'virtual'] }
  if (virtualCard === undefined) return {}
  const { authCa, signCa } = virtualCard.identity
  return {
    anchors: [authCa, signCa].map(({ certificate }) => Certificate.fromDer(certificate)),
    hierarchies: ['virtual'],
  }
}

/** The error of a failed test, the most urgent first. */
function refusalOf(report: SmokeReport): Error | undefined {
  const { steps, counts, cleared, interrupted, rounds } = report
  if (!cleared) return new StateNotClearedError('a PIN may still be verified on the card')
  if (interrupted) return new TransportError('ERR_ABORTED', 'interrupted')
  if (counts.failed === 0) return undefined
  const connect = steps.find(({ id }) => id === 'connect')
  const never = connect?.runs.filter(({ status }) => status === 'failed').length === rounds
  if (connect !== undefined && never && connect.reason !== 'internal') {
    return new TransportError(connect.reason as TransportErrorCode, 'no connection to the card')
  }
  const pin = steps.find(({ id, status, reason }) => isPinStep(id) && status === 'failed' && isPinCode(reason))
  if (pin !== undefined) {
    return new PinError(pin.reason as PinError['code'], 'the given PIN', { pin: pin.id.replace('verify-', '') })
  }
  return new CliError('ERR_FIELD_TEST', 'steps-failed', String(counts.failed))
}

const isPinStep = (id: string): boolean => id.startsWith('verify-')
const isPinCode = (reason: string | undefined): boolean => isCode(reason) && outcomeOf(reason).exit === exitCodes.pin

function textOf(report: SmokeReport, { language }: Messages): string {
  const texts = smokeTexts(language)
  const head = [
    [texts.startedAt, localMoment(report.startedAt)],
    [texts.reader, report.reader ?? '–'],
    [texts.card, report.kind === undefined ? '–' : texts.kinds[report.kind]],
    [texts.rounds, String(report.rounds)],
    [texts.exchanges, String(report.exchanges)],
    [texts.resets, String(report.resets)],
    ...machineRows(report, texts),
  ]
  const groups = smokeGroups.map((group) => {
    const own = report.steps.filter((step) => step.group === group)
    const rows = own.map((step) => [texts.results[step.status], texts.steps[step.id], texts.findingOf(step)])
    return own.length === 0 ? '' : `\n${texts.groups[group]}\n${table(rows)}`
  })
  const times = report.timings.map(({ command, count, ...ms }) => [
    command,
    String(count),
    ...[ms.medianMs, ms.p95Ms, ms.maxMs].map((value) => value.toFixed(2)),
  ])
  const columns = [texts.command, texts.times, texts.median, texts.p95, texts.max]
  const timings = times.length === 0 ? '' : `\n${texts.timings} (ms)\n${table([columns, ...times])}`
  const { passed, failed, skipped } = report.counts
  return `${table(head, '')}${groups.join('')}${timings}\n${texts.sums(passed, failed, skipped)}\n`
}
