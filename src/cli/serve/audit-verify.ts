import { AuditError } from '../../errors.ts'
import { type AuditSetSummary, type verifyAuditLog, verifyAuditLogs } from '../../server/index.ts'
import { withFile } from '../cli-error.ts'
import type { Context, Result } from '../context.ts'
import { table } from '../output.ts'

/**
 * `audit verify FILE...`: verifies the hash chain of an audit log over all its files, and that it reaches an expected
 * end.
 */
export async function auditVerify(
  { operands, messages }: Context,
  { count, hash }: { readonly count: string | undefined; readonly hash: string | undefined },
): Promise<Result> {
  // Excludes lock files, which a pattern such as audit.jsonl* matches too.
  const files = operands.filter((name) => operands.length === 1 || !/\.lock(\.[0-9a-f]+(\.new)?)*$/.test(name))
  const found = await verify(files, { count: count === undefined ? undefined : Number(count), hash })
  if (found instanceof AuditError) {
    return { json: { line: found.line, ...(files.length > 1 && { file: found.file }) }, text: '', refused: found }
  }
  const texts = messages.audit
  const several = files.length > 1
  const rows = several
    ? [[texts.file, texts.lines, texts.end], ...found.files.map((one) => [one.file, String(one.entries), one.head])]
    : [
        [texts.lines, String(found.entries)],
        [texts.end, found.head],
      ]
  const notes = [
    ...(found.incompleteTail ? [texts.tail] : []),
    ...(found.continues === undefined ? [] : [texts.former]),
    ...(count === undefined && hash === undefined ? [texts.noEnd] : []),
  ]
  const { entries, head, incompleteTail } = found
  return {
    json: { entries, head, incompleteTail, ...(several && { files: found.files, continues: found.continues }) },
    text: `${several ? texts.goodSet : texts.good}\n${table(rows)}`,
    note: notes.length === 0 ? undefined : notes.join('\n'),
  }
}

/** The summary, or the break. Unreadable files are reported as by any other command. */
function verify(
  files: readonly string[],
  expected: Parameters<typeof verifyAuditLog>[1],
): Promise<AuditSetSummary | AuditError> {
  return withFile('cannot-read', () =>
    verifyAuditLogs(files, expected).catch((error: unknown) => {
      if (!(error instanceof AuditError)) throw error
      if (error.line === undefined && error.cause !== undefined) throw error.cause
      return error
    }),
  )
}
