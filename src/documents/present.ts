import { Certificate, type VerificationReport } from '../pki/index.ts'
import { escapeMarkup, htmlPage, localMoment } from '../report/index.ts'
import { pdfChangeTexts } from './pdf/texts.ts'
import type { DocumentProblem, DocumentReport, SignatureReport, SignerReport, TimestampReport } from './report.ts'
import {
  type DocumentText,
  indicationTexts,
  labelTexts,
  notCheckedTexts,
  problemTexts,
  subIndicationTexts,
  valueTexts,
} from './report-texts.ts'

/** The result of a document in one word. `gaps`: passed, and not everything was checked. */
export type DocumentVerdict = 'passed' | 'gaps' | 'refused'

/** Whether all signatures of a document passed, nothing of it was refused, and everything was checked that can be. */
export function documentVerdict(report: DocumentReport): DocumentVerdict {
  const { signatures, problems, changes } = report
  const passed =
    signatures.length > 0 &&
    signatures.every(isPassed) &&
    !problems.some(({ severity }) => severity === 'refused') &&
    changes.every(({ allowed }) => allowed)
  if (!passed) return 'refused'
  // What a document says is never checked.
  const skipped = [...report.notChecked, ...signatures.flatMap(({ notChecked }) => notChecked)]
  return skipped.some((id) => !neverChecked.has(id)) || problems.length > 0 ? 'gaps' : 'passed'
}

const neverChecked: ReadonlySet<string> = new Set(['content-meaning', 'visual-content'])

const isPassed = ({ indication, counterSignatures }: SignatureReport): boolean =>
  indication === 'TOTAL-PASSED' && counterSignatures.every(isPassed)

/**
 * A report as plain JSON: dates as ISO 8601, certificates as base64. Personal data is below `personal` only, so that a log can leave
 * it out.
 */
export function documentReportJson(report: DocumentReport): Readonly<Record<string, unknown>> {
  const { format, at, signatures, changes, problems, notChecked } = report
  return {
    verdict: documentVerdict(report),
    format,
    at: at.toISOString(),
    signatures: signatures.map(signatureJson),
    changes,
    problems,
    notChecked,
  }
}

function signatureJson(signature: SignatureReport): object {
  const { signer, timestamps, verifiedAt, claimedTime, counterSignatures, ...rest } = signature
  return {
    ...rest,
    ...(claimedTime !== undefined && { claimedTime: claimedTime.toISOString() }),
    verifiedAt: { time: verifiedAt.time.toISOString(), by: verifiedAt.by },
    ...(signer !== undefined && { signer: signerJson(signer) }),
    timestamps: timestamps.map(timestampJson),
    counterSignatures: counterSignatures.map(signatureJson),
  }
}

function timestampJson({ time, authority, ...rest }: TimestampReport): object {
  return {
    ...rest,
    ...(time !== undefined && { time: time.toISOString() }),
    ...(authority !== undefined && { authority: signerJson(authority) }),
  }
}

function signerJson({ certificate, verification, holder }: SignerReport): object {
  return {
    issuer: Certificate.fromDer(certificate).issuer,
    verification: verificationJson(verification),
    personal: {
      subject: Certificate.fromDer(certificate).subject,
      ...(holder !== undefined && { holder }),
      certificate: Buffer.from(certificate).toString('base64'),
    },
  }
}

function verificationJson({ ok, at, checks, failure, validUntil, profile, revocation }: VerificationReport): object {
  return {
    ok,
    at: at.toISOString(),
    checks,
    ...(failure !== undefined && { failure }),
    ...(validUntil !== undefined && { validUntil: validUntil.toISOString() }),
    ...(profile !== undefined && { profile }),
    revocation: revocation.map((answer, depth) => ({ depth, ...answer })),
  }
}

/** One row of a report: a label, its text, and how it is to be seen. */
export interface ReportRow {
  readonly label: string
  readonly text: string
  readonly look?: 'passed' | 'warned' | 'failed' | undefined
}

/** A part of a report: the document, a signature. */
export interface ReportSection {
  readonly heading: string
  readonly rows: readonly ReportRow[]
}

/** What a report says to people. Holds personal data of the signers. */
export interface PresentedReport {
  readonly verdict: DocumentVerdict
  readonly headline: string
  readonly sections: readonly ReportSection[]
}

/**
 * A report in words, in the order in which a clerk needs them: the result, why, who, when, what is covered, and what was not checked.
 *
 * @param file - name of the document, as the reader knows it.
 */
export function presentReport(report: DocumentReport, language: 'ja' | 'en', file?: string): PresentedReport {
  const say = (text: DocumentText): string => text[language]
  const labels = labelTexts
  const verdict = documentVerdict(report)
  const headline =
    report.signatures.length === 0 && report.problems.length === 0
      ? say(labels.noSignature)
      : say({ passed: labels.allPassed, gaps: labels.passedWithGaps, refused: labels.notPassed }[verdict])
  const problemRows = (problems: readonly DocumentProblem[]): ReportRow[] =>
    problems.map(({ id, severity, detail }) => ({
      label: say(labels.problems),
      text: `${problemTexts[id] === undefined ? id : `${say(problemTexts[id])} (${id})`}${detail === undefined ? '' : `: ${detail}`}`,
      look: severity === 'refused' ? 'failed' : 'warned',
    }))
  const skippedRows = (ids: readonly string[]): ReportRow[] =>
    [...new Set(ids)].map((id) => ({
      label: say(labels.notChecked),
      text: notCheckedTexts[id] === undefined ? id : say(notCheckedTexts[id]),
      look: neverChecked.has(id) ? undefined : 'warned',
    }))
  const result = ({ indication, subIndication }: Pick<SignatureReport, 'indication' | 'subIndication'>): ReportRow => ({
    label: say(labels.result),
    text: `${say(indicationTexts[indication])}${subIndication === undefined ? '' : `: ${say(subIndicationTexts[subIndication])}`} (${[indication, subIndication].filter(Boolean).join(', ')})`,
    look: indication === 'TOTAL-PASSED' ? 'passed' : 'failed',
  })
  const signerRows = ({ certificate, verification, holder = {} }: SignerReport): ReportRow[] => {
    const { subject, issuer } = Certificate.fromDer(certificate)
    const sexes = valueTexts as Readonly<Record<string, DocumentText>>
    const rows = (['name', 'address', 'birthDate', 'sex'] as const).flatMap((key) => {
      const value = holder[key]
      if (value === undefined) return []
      return [
        { label: say(labels[key]), text: key === 'sex' && sexes[value] !== undefined ? say(sexes[value]) : value },
      ]
    })
    const [status] = verification.revocation
    const unsure = verification.ok ? '' : ` ${say(labels.signerUnknown)}`
    return [
      { label: say(labels.signer), text: `${subject}${unsure}` },
      ...rows,
      { label: say(labels.issuer), text: issuer },
      {
        label: say(labels.revocation),
        text: say(valueTexts[status?.status ?? 'unknown']),
        look: status?.status === 'good' ? 'passed' : status?.status === 'revoked' ? 'failed' : 'warned',
      },
    ]
  }
  const timestampRows = (one: TimestampReport): ReportRow[] => [
    {
      label: say(labels.timestamp),
      text: `${one.time === undefined ? '' : `${localMoment(one.time)} `}${result(one).text}`,
      look: result(one).look,
    },
    ...problemRows(one.problems),
  ]
  const sectionsOf = (one: SignatureReport, name: string): ReportSection[] => {
    const { coverage } = one
    const covered = [
      say(valueTexts[coverage.extent]),
      ...(coverage.bytes === undefined ? [] : [`${coverage.bytes} ${say(labels.bytes)}`]),
      ...(coverage.byteRanges ?? []).map(({ start, length }) => `[${start}, ${start + length})`),
      ...(coverage.references ?? []).map(({ uri, element }) => `${uri === '' ? '""' : uri} → ${element}`),
    ]
    const section: ReportSection = {
      heading: name,
      rows: [
        result(one),
        {
          label: say(labels.integrity),
          text: say(valueTexts[one.integrity]),
          look: one.integrity === 'intact' ? 'passed' : 'failed',
        },
        {
          label: say(labels.coverage),
          text: covered.join(', '),
          look: coverage.extent === 'whole' ? undefined : 'warned',
        },
        ...problemRows(one.problems),
        ...(one.signer === undefined ? [] : signerRows(one.signer)),
        ...(one.claimedTime === undefined
          ? []
          : [{ label: say(labels.claimedTime), text: localMoment(one.claimedTime) }]),
        {
          label: say(labels.verifiedAt),
          text: `${localMoment(one.verifiedAt.time)} (${say(valueTexts[one.verifiedAt.by])})`,
        },
        ...one.timestamps.flatMap(timestampRows),
        { label: say(labels.profile), text: [one.profile, one.hash].filter(Boolean).join(', ') },
        ...skippedRows(one.notChecked),
      ],
    }
    const counters = one.counterSignatures.flatMap((counter, i) =>
      sectionsOf(counter, `${name} – ${say(labels.counterSignature)} ${i + 1}`),
    )
    return [section, ...counters]
  }
  const head: ReportSection = {
    heading: headline,
    rows: [
      ...(file === undefined ? [] : [{ label: say(labels.file), text: file }]),
      { label: say(labels.format), text: report.format.toUpperCase() },
      { label: say(labels.at), text: localMoment(report.at) },
      ...problemRows(report.problems),
      ...report.changes.map(({ kind, allowed, objects, revision }) => ({
        label: say(labels.changes),
        text: `${revision}: ${changeText(kind, say)} (${say(allowed ? labels.allowed : labels.refused)}) ${objects.join(', ')}`,
        look: allowed ? ('warned' as const) : ('failed' as const),
      })),
      ...skippedRows(report.notChecked),
    ],
  }
  const sections = report.signatures.flatMap((one, i) => sectionsOf(one, `${say(labels.signature)} ${i + 1}`))
  return { verdict, headline, sections: [head, ...sections] }
}

/** A kind of change in words, with its identifier. */
function changeText(kind: string, say: (text: DocumentText) => string): string {
  const text = (pdfChangeTexts as Readonly<Record<string, DocumentText>>)[kind]
  return text === undefined ? kind : `${say(text)} (${kind})`
}

const looks = { passed: 'passed', gaps: 'warned', refused: 'failed' } as const

/** A report as one page of HTML that needs nothing else: nothing in it runs or loads. Holds personal data of the signers. */
export function documentReportHtml(report: DocumentReport, language: 'ja' | 'en', file?: string): string {
  const { verdict, headline, sections } = presentReport(report, language, file)
  const rows = (section: ReportSection): string =>
    section.rows
      .map(
        ({ label, text, look }) =>
          `<dt>${escapeMarkup(label)}</dt><dd${look === undefined ? '' : ` class="${look}"`}>${escapeMarkup(text)}</dd>\n`,
      )
      .join('')
  const [head, ...rest] = sections
  const body = rest.map((one) => `<h2>${escapeMarkup(one.heading)}</h2>\n<dl>\n${rows(one)}</dl>\n`).join('')
  const top = `<p class="verdict ${looks[verdict]}">${escapeMarkup(headline)}</p>\n<dl>\n${rows(head!)}</dl>\n`
  return htmlPage(language, escapeMarkup(labelTexts.title[language]), top + body)
}
