import { toHex } from '../../bytes.ts'
import type { FieldProblem, FurtherField } from '../../card-face/index.ts'
import type { Messages } from '../messages/catalogue.ts'

/** A further field for `--json`: its tag, its text where it has one, its bytes in hexadecimal. */
export function furtherJson({ tag, text, bytes }: FurtherField): Readonly<Record<string, unknown>> {
  return { tag: tagText(tag), ...(text !== undefined && { text }), bytes: toHex(bytes) }
}

/** A field of a record in a row; instead of a value that cannot be read the reason. */
export function fieldRow(
  label: string,
  value: string | undefined,
  problems: readonly FieldProblem[],
  field: string,
  messages: Messages,
): string[] {
  return [label, value ?? unreadable(problems, field, messages)]
}

/** Rows of the further fields, and of an offset table or a list of further fields that has a problem. */
export function furtherRows(
  further: readonly FurtherField[],
  problems: readonly FieldProblem[],
  messages: Messages,
): string[][] {
  const { fields } = messages.applicationTexts
  const beside = (['offsets', 'further'] as const).filter((field) => problems.some((one) => one.field === field))
  return [
    ...further.map(({ tag, text, bytes }) => [fields.further(tagText(tag)), text ?? toHex(bytes)]),
    ...beside.map((field) => [fields.labels[field], unreadable(problems, field, messages)]),
  ]
}

function unreadable(problems: readonly FieldProblem[], field: string, { applicationTexts }: Messages): string {
  const { fields } = applicationTexts
  const found = problems.find((one) => one.field === field)
  return fields.unreadable(fields.problems[found?.problem ?? 'missing'])
}

const tagText = (tag: number): string => tag.toString(16).toUpperCase()
