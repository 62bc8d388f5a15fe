import { type VerificationReport, verifyCertificate } from '../../trust/index.ts'
import { certificateValidity } from '../../validity/index.ts'
import { Certificate } from '../../x509/index.ts'
import { readBlocks } from '../certificate-files.ts'
import { usageError } from '../cli-error.ts'
import type { Command, Context } from '../context.ts'
import { dayInJapan, table } from '../output.ts'

/** `verify CERT --anchors DIR`: path and profile of a certificate from a file, and until when it holds. */
export const verifyCommand: Command = async ({ options, operands, messages }) => {
  const [file = ''] = operands
  const [certificate, ...others] = (await readBlocks(file)).map((der) => Certificate.fromDer(der))
  const anchors = (await readBlocks(options.get('anchors')!)).map((der) => Certificate.fromDer(der))
  const use = options.get('use') as 'auth' | 'sign' | undefined
  const at = instant(options)
  const report = await verifyCertificate(certificate!, {
    anchors,
    intermediates: others,
    at,
    use,
    // Whoever names the anchors decides which hierarchy is trusted.
    hierarchies: ['production', 'test', 'virtual'],
    revocation: { mode: 'none' },
  })
  const validity = certificateValidity(certificate!, at)
  const texts = messages.verify
  const rows = [
    ...report.checks.map(({ check, result }) => [texts.checks[check] ?? check, texts.results[result]]),
    [texts.path, report.path!.map(({ subject }) => subject).join(' < ')],
    [texts.holds, `${messages.validUntil(dayInJapan(report.validUntil!))} ${texts.daysLeft(validity.daysLeft)}`],
  ]
  return { json: toJson(report, validity), text: table(rows, '') }
}

function instant(options: Context['options']): Date {
  const text = options.get('at')
  const at = text === undefined ? new Date() : new Date(text)
  if (Number.isNaN(at.getTime())) throw usageError('bad-value', '--at TIME')
  return at
}

function toJson(report: VerificationReport, validity: ReturnType<typeof certificateValidity>) {
  return {
    at: report.at.toISOString(),
    checks: report.checks,
    path: report.path!.map(({ subject }) => subject),
    validUntil: report.validUntil!.toISOString(),
    validity: {
      state: validity.state,
      lastDayInJapan: validity.lastDayInJapan,
      daysLeft: validity.daysLeft,
      renewableFrom: validity.renewableFrom,
    },
    ...(report.profile !== undefined && { profile: report.profile }),
  }
}
