import { inspectCertificate, jpkiAnchors, type VerifyOptions } from '../../pki/index.ts'
import { usageError } from '../cli-error.ts'
import type { Command } from '../context.ts'
import { optionForm } from '../options.ts'
import { endMoment, table } from '../output.ts'
import { certificateFacts, certificateRows } from '../trust/certificate-facts.ts'
import { readCertificates } from '../trust/files.ts'
import { givenDay, givenInstant, readTrustFiles, revocationPolicy } from '../trust/options.ts'
import { checkRows, findingRows, profileRow, refusalOf, reportJson } from '../trust/report.ts'

/** `verify CERT`: path, profile and revocation of a certificate from a file, and until when it holds. */
export const verifyCommand: Command = async ({ options, operands, messages }) => {
  const at = givenInstant(options)
  const birthDate = givenDay(options, 'birth-date')
  const [certificate, ...intermediates] = await readCertificates(operands[0]!, 'CERT')
  const files = await readTrustFiles(options)
  const anchors = files.anchors ?? jpkiAnchors(intermediates)
  if (anchors.length === 0) throw usageError('no-anchor', optionForm('anchors'))
  const pool = { anchors, intermediates }
  const revocation = revocationPolicy(files, pool, options.has('require-revocation'))
  const report = await inspectCertificate(certificate!, {
    ...pool,
    at,
    use: options.get('use') as VerifyOptions['use'],
    // Whoever names the anchors decides which hierarchy is trusted.
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
    refused: refusalOf(report),
  }
}
