import { type AuditSummary, verifyAuditLog } from '../../audit/index.ts'
import { AuditError } from '../../errors.ts'
import { withFile } from '../cli-error.ts'
import type { Command } from '../context.ts'
import { table } from '../output.ts'

/** `audit verify FILE`: whether the chain of an audit log holds, and goes as far as it once did. */
export const auditVerifyCommand: Command = async ({ options, operands, messages }) => {
  const count = options.get('count')
  const hash = options.get('hash')
  const found = await verify(operands[0]!, { count: count === undefined ? undefined : Number(count), hash })
  if (found instanceof AuditError) return { json: { line: found.line }, text: '', refused: found }
  const texts = messages.audit
  const rows = [
    [texts.lines, String(found.entries)],
    [texts.end, found.head],
  ]
  const notes = [
    ...(found.incompleteTail ? [texts.tail] : []),
    ...(count === undefined && hash === undefined ? [texts.noEnd] : []),
  ]
  return {
    json: { ...found },
    text: `${texts.good}\n${table(rows)}`,
    note: notes.length === 0 ? undefined : notes.join('\n'),
  }
}

/** What was found, or the break. A file that cannot be read is told as with any other command. */
function verify(file: string, expected: Parameters<typeof verifyAuditLog>[1]): Promise<AuditSummary | AuditError> {
  return withFile('cannot-read', () =>
    verifyAuditLog(file, expected).catch((error: unknown) => {
      if (error instanceof AuditError && error.line !== undefined) return error
      throw error instanceof AuditError ? error.cause : error
    }),
  )
}
