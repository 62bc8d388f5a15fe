import { ServerError } from '../errors.ts'
import { isRecord } from '../json.ts'
import { isIdentifier, isInstant } from '../token/index.ts'
import { areDocuments, type CaseState, type CaseView, caseEnds, caseStates, isCaseId } from './case.ts'
import { mostPages } from './seal.ts'

/** A case as JSON over HTTP: a {@link CaseView} with its times in ISO 8601, UTC, to the millisecond. */
export interface CaseJson extends Omit<CaseView, 'openedAt' | 'deadline'> {
  readonly openedAt: string
  readonly deadline: string
}

const states: ReadonlySet<unknown> = new Set<CaseState>([...caseStates, ...caseEnds])

/** A case as it is sent, field by field: without fields added later. */
export function caseToJson(view: CaseView): CaseJson {
  const { id, fence, state, terminal, purpose, holder, documents, openedAt, deadline, pageCount, code } = view
  return {
    id,
    fence,
    state,
    terminal,
    purpose,
    holder,
    documents: documents.map(({ document, copies }) => ({ document, copies })),
    openedAt: new Date(openedAt).toISOString(),
    deadline: new Date(deadline).toISOString(),
    pageCount,
    code,
  }
}

/**
 * Parses a case as received. Unknown fields are ignored.
 *
 * @throws ServerError `ERR_SERVER` naming the field that is missing or malformed.
 */
export function parseCase(json: unknown): CaseView {
  const fields = isRecord(json) ? json : {}
  const wrong = (Object.keys(forms) as (keyof typeof forms)[]).find((name) => !forms[name](own(fields, name)))
  if (wrong !== undefined) throw new ServerError(`malformed case from the server: ${wrong}`)
  const { id, fence, state, terminal, purpose, holder, documents, openedAt, deadline, pageCount, code } =
    fields as unknown as CaseJson
  return {
    id,
    fence,
    state,
    terminal,
    purpose,
    holder,
    documents: documents.map((one) => ({ document: one.document, copies: one.copies })),
    openedAt: Date.parse(openedAt),
    deadline: Date.parse(deadline),
    pageCount,
    code,
  }
}

function own(fields: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(fields, name) ? fields[name] : undefined
}

const forms: Readonly<Record<keyof CaseJson, (value: unknown) => boolean>> = {
  id: isCaseId,
  fence: (value) => isCount(value, Number.MAX_SAFE_INTEGER),
  state: (value) => states.has(value),
  terminal: isIdentifier,
  purpose: isIdentifier,
  holder: (value) => typeof value === 'string' && /^[\x21-\x7e]{1,128}$/.test(value),
  documents: areDocuments,
  openedAt: isInstant,
  deadline: isInstant,
  pageCount: (value) => value === undefined || isCount(value, mostPages),
  code: (value) => value === undefined || (typeof value === 'string' && /^ERR_[A-Z_]{1,60}$/.test(value)),
}

function isCount(value: unknown, most: number): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= most
}
