import { writeFile } from 'node:fs/promises'
import { cardDocumentSigner, signingNotice, timestampHttpSource } from '../../documents/index.ts'
import { JpkiApplication, type JpkiKey, jpkiPins } from '../../jpki/index.ts'
import { usageError, withFile } from '../cli-error.ts'
import type { Context, Result } from '../context.ts'
import { out, pinStdin } from '../options.ts'
import { table } from '../output.ts'
import { askPin } from '../pin-question.ts'
import { verifyOptions, withSession } from '../session.ts'
import { documentForms, type FormName } from './forms.ts'
import { showProgress } from './progress.ts'

/** What the options of `sign` ask for. */
export interface SignJob {
  readonly form: FormName
  readonly key: JpkiKey
  readonly detached: boolean
  /** Address of a timestamp authority. */
  readonly timestamp: string | undefined
}

/**
 * `sign FILE --as FORM`: the document is read and hashed before the card is waited for; what signing puts into it is said before the
 * password is asked for; the timestamp is got when the card is not needed any more.
 */
export async function signDocument(context: Context, { form, key, detached, timestamp }: SignJob): Promise<Result> {
  const { io, options, operands, pins, messages } = context
  const [source = '-'] = operands
  const file = options.get(out)
  if (file === undefined) throw usageError('missing-option', '--out FILE')
  const { takes, prepare } = documentForms[form]
  const unused = [
    detached && !takes.detached && '--detached',
    timestamp !== undefined && !takes.timestamp && '--timestamp',
  ]
  const [wrong] = unused.filter((one) => one !== false)
  if (wrong !== undefined) throw usageError('not-together', `--as ${form}, ${wrong}`)
  if (source === '-' && options.has(pinStdin)) throw usageError('stdin-twice')
  pins.requireSource()
  const authority = timestamp === undefined ? undefined : timestampHttpSource({ url: timestamp })
  const progress = await showProgress(io, messages, source)
  const sign = await prepare({ io, source, detached, timestamped: authority !== undefined, hash: 'SHA-256', progress })
  const notice = signingNotice(key)
  const { value, exchanges, clearedBy } = await withSession(context, async (session) => {
    const app = await JpkiApplication.open(session)
    const pin = async () => {
      if (notice !== undefined) io.stderr.write(`${notice.text[messages.language]}\n`)
      return askPin(context, session, jpkiPins[key])
    }
    return sign(cardDocumentSigner(app, pin, { ...verifyOptions(context), key }))
  })
  const { bytes, profile } = await value.complete(authority)
  await withFile('cannot-write', () => writeFile(file, bytes))
  const { headings } = messages
  const rows = [
    [messages.documents.profile, profile],
    [headings.exchanges, String(exchanges)],
    [headings.cleared, messages.cleared[clearedBy]],
  ]
  return {
    json: {
      as: form,
      profile,
      detached,
      bytes: bytes.length,
      out: file,
      ...(notice !== undefined && { notice: { id: notice.id, attributes: notice.attributes } }),
    },
    text: `${table(rows, '')}${messages.written(file)}\n`,
  }
}
