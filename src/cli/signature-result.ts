import type { JpkiSignature } from '../jpki/index.ts'
import type { Result } from './context.ts'
import type { Messages } from './messages/catalogue.ts'
import { table } from './output.ts'
import type { SessionOutcome } from './session.ts'
import type { ChainPart } from './trust/chain.ts'

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')

/**
 * A signature for `--json` and for people; `file` is the file it was written to, `chain` the result of the verification
 * of its certificate.
 */
export function signatureResult(
  messages: Messages,
  outcome: SessionOutcome<JpkiSignature>,
  { file, chain }: { readonly file?: string | undefined; readonly chain?: ChainPart } = {},
): Result {
  const { value, exchanges, clearedBy } = outcome
  const signature = base64(value.signature)
  const { headings } = messages
  const rows = [
    [headings.algorithm, value.algorithm],
    [headings.exchanges, String(exchanges)],
    [headings.cleared, messages.cleared[clearedBy]],
    ...(chain?.rows ?? []),
  ]
  return {
    json: {
      algorithm: value.algorithm,
      signature,
      certificate: base64(value.certificate.der),
      ...(file !== undefined && { out: file }),
      ...chain?.json,
    },
    text:
      file === undefined
        ? `${table(rows, '')}${headings.signature}\n${signature}\n`
        : `${table(rows, '')}${messages.written(file)}\n`,
    alarms: [messages.verify.results.failed, messages.chain.refused],
    refused: chain?.refused,
  }
}
