import type { PdfPage } from './pdf-pages.mjs'

export interface HouseholdMember {
  readonly name: string
  readonly kana?: string | undefined
  /** Relation to the head of the household, whose own is 世帯主. */
  readonly relation: string
  /** `YYYY-MM-DD`, as all dates here. */
  readonly birthDate: string
  readonly sex?: string | undefined
  readonly residentSince?: string | undefined
}
export interface Resident {
  readonly name: string
  readonly kana?: string | undefined
  readonly birthDate: string
  readonly sex?: string | undefined
  readonly address: string
  /** The resident included. */
  readonly household: readonly HouseholdMember[]
  readonly municipality: string
  readonly mayor: string
}
export interface RecordOrder {
  readonly subject: string
  readonly caseId: string
  readonly issuedOn: string
  readonly copies?: number | undefined
  /** The whole household, the default, or the resident alone. */
  readonly isWhole?: boolean | undefined
  readonly signal?: AbortSignal | undefined
}
export class CompositionError extends Error {
  readonly code: 'ERR_CHARACTER_NOT_PRINTABLE' | 'ERR_TEXT_TOO_LONG'
  readonly field: string
  readonly codePoint: string | undefined
}
export const sampleResidents: readonly Resident[]
export function composeResidenceRecord(
  resident: Resident,
  order: RecordOrder,
): Promise<{
  readonly pages: readonly (PdfPage & { readonly mediaType: 'application/pdf'; readonly subject: string })[]
}>
