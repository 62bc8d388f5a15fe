import type { customerTexts } from '../../src/messages/fill.ts'
import type { messageFor, situations } from '../../src/messages/index.ts'
import type { codes, codesOf, outcomeOf } from '../../src/outcomes.ts'

interface Data {
  readonly codes: typeof codes
  readonly codesOf: typeof codesOf
  readonly outcomeOf: typeof outcomeOf
  readonly messageFor: typeof messageFor
  readonly situations: typeof situations
  readonly customerTexts: typeof customerTexts
}
type Tables = Readonly<Record<string, readonly string[]>>

export function tablesOf(data: Data): Readonly<Record<string, Tables>>
export function withTables(text: string, tables: Tables): string
export function withCodes(text: string, data: Data): unknown
