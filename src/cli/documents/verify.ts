import { createReadStream } from 'node:fs'
import {
  type DocumentReport,
  type DocumentTrust,
  documentReportHtml,
  documentReportJson,
  documentVerdict,
  presentReport,
} from '../../documents/index.ts'
import { RefusalError } from '../../errors.ts'
import type { Certificate } from '../../pki/index.ts'
import { writeReport } from '../bounded-file.ts'
import { CliError, withFile } from '../cli-error.ts'
import type { Context, Result } from '../context.ts'
import { table } from '../output.ts'
import { readCertificates } from '../trust/files.ts'
import { givenInstant, readTrustFiles, revocationPolicy } from '../trust/options.ts'
import { type DocumentForm, documentForms } from './forms.ts'
import { showProgress } from './progress.ts'

/** What the options of `verify-document` ask for. */
export interface VerifyJob {
  readonly signature: string | undefined
  readonly timestampAnchors: readonly string[]
  /** As an error names the option. */
  readonly timestampAnchorsForm: string
  readonly required: boolean
  readonly use: DocumentTrust['use']
  readonly html: string | undefined
}

/** `verify-document FILE`: every signature of a document, what it covers, and what was not checked. */
export async function verifyDocument(context: Context, job: VerifyJob): Promise<Result> {
  const { io, operands, messages } = context
  const source = operands[0]!
  const trust = await trustOf(context, job)
  const form = await formOf(source, job.signature)
  const progress = await showProgress(io, messages, source)
  const report = await form.verify({ io, source, signature: job.signature, trust, progress })
  const { language } = messages
  const name = source.split(/[/\\]/).at(-1)!
  await writeReport(job.html, () => documentReportHtml(report, language, name))
  const { headline, sections } = presentReport(report, language, name)
  const alarms: string[] = []
  const text = sections.map(({ heading, rows }) => {
    const cells = rows.map(({ label, text: value, look }) => {
      if (look === 'failed') alarms.push(value)
      return [label, value]
    })
    return `${heading}\n${table(cells)}`
  })
  return {
    json: { ...documentReportJson(report), ...(job.html !== undefined && { html: job.html }) },
    text: text.join('\n'),
    alarms: [headline, ...alarms],
    refused: refusalOf(report),
  }
}

async function trustOf({ options }: Context, job: VerifyJob): Promise<DocumentTrust> {
  const at = givenInstant(options)
  const files = await readTrustFiles(options)
  const anchors = files.anchors ?? []
  const authorities: Certificate[] = []
  for (const path of job.timestampAnchors) authorities.push(...(await readCertificates(path, job.timestampAnchorsForm)))
  const revocation = revocationPolicy(files, { anchors, intermediates: [] }, job.required)
  const ofAuthorities = revocationPolicy(files, { anchors: authorities, intermediates: [] }, false)
  return {
    anchors,
    jpkiAnchors: files.anchors === undefined,
    revocation,
    use: job.use,
    // Naming the anchors decides which hierarchy is trusted.
    hierarchies: files.anchors === undefined ? ['production'] : ['production', 'test', 'virtual'],
    at,
    timestamps: { anchors: authorities, revocation: ofAuthorities },
  }
}

/** The form of a document, or of the signature beside it, by its first bytes. */
async function formOf(source: string, signature: string | undefined): Promise<DocumentForm> {
  const head = await withFile('cannot-read', async () => {
    for await (const chunk of createReadStream(signature ?? source, { end: 1023 })) return chunk as Uint8Array
    return new Uint8Array()
  })
  const forms = Object.values(documentForms).filter(({ takes }) => signature === undefined || takes.detached)
  const form = forms.find((one) => one.isOne(head))
  if (form === undefined) throw new CliError('ERR_FILE', 'not-signed')
  return form
}

/** The error of a report in which not every signature passed. */
function refusalOf(report: DocumentReport): RefusalError | undefined {
  if (documentVerdict(report) !== 'refused') return undefined
  const [problem] = report.problems.filter(({ severity }) => severity === 'refused')
  const failed = report.signatures.find(({ indication }) => indication !== 'TOTAL-PASSED')
  const reason = failed?.subIndication ?? failed?.indication ?? problem?.id ?? 'not-accepted'
  return new RefusalError('ERR_SIGNED_DOCUMENT', `not every signature of the document is valid: ${reason}`, { reason })
}
