import { inspectCertificate, jpkiAnchors, type VerifyOptions } from '../../pki/index.ts'
import { optionForm } from '../arguments.ts'
import { endMoment } from '../certificate-reading.ts'
import { usageError } from '../cli-error.ts'
import type { Context, Result } from '../context.ts'
import { anchors as anchorsOption, birthDate as birthDateOption } from '../options.ts'
import { table } from '../output.ts'
import { certificateFacts, certificateRows } from './certificate-facts.ts'
import { readCertificates } from './files.ts'
import { givenDay, givenInstant, readTrustFiles, revocationPolicy } from './options.ts'
import { checkRows, findingRows, profileRow, refusalOf, reportJson } from './report.ts'

/** `verify CERT`: path, profile and revocation of a certificate from a file, and its validity. */
export async function verify(
  { options, operands, messages }: Context,
  { required, use }: { readonly required: boolean; readonly use: VerifyOptions['use'] },
): Promise<Result> {
  const at = givenInstant(options)
  const birthDate = givenDay(options, birthDateOption)
  const [certificate, ...intermediates] = await readCertificates(operands[0]!, 'CERT')
  const files = await readTrustFiles(options)
  const anchors = files.anchors ?? jpkiAnchors(intermediates)
  if (anchors.length === 0) throw usageError('no-anchor', optionForm(anchorsOption))
  const pool = { anchors, intermediates }
  const revocation = revocationPolicy(files, pool, required)
  const report = await inspectCertificate(certificate!, {
    ...pool,
    at,
    use,
    // Naming the anchors decides which hierarchy is trusted.
    hierarchies: files.anchors === undefined ? ['production'] : ['production', 'test', 'virtual'],
    revocation,
  })
  const facts = certificateFacts(certificate!, at, birthDate === undefined ? {} : { birthDate })
  const { ok, path, validUntil } = report
  const texts = messages.verify
  const rows = [
    ...(ok ? [[texts.path, path!.map(({ subject }) => subject).join(' < ')]] : []),
    profileRow(certificate!, messages),
    ...certificateRows(facts, messages),
    ...(ok ? [[texts.pathUntil, endMoment(validUntil!, messages)]] : []),
  ]
  return {
    json: { ...reportJson(report), validity: facts },
    text: `${table([...checkRows(report, messages, revocation.mode !== 'none'), ...findingRows(report, messages)], '')}\n${table(rows, '')}`,
    alarms: [texts.results.failed],
    refused: refusalOf(report),
  }
}
