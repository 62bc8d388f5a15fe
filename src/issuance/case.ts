import { isIdentifier } from '../token/index.ts'

/**
 * States of a case, in the order of a case in which nothing goes wrong. `sealed`: the document is composed and encrypted to
 * the terminal. `released`: handed to the terminal, once.
 */
export const caseStates = ['opened', 'composing', 'sealed', 'released', 'printed', 'collected'] as const

/**
 * Other ends of a case. `refused`: by the register, or because the document could not be composed. `abandoned`: reported by
 * the terminal. `expired`: its time was over. `stopped`: issuing was stopped.
 */
export const caseEnds = ['refused', 'abandoned', 'expired', 'stopped'] as const

/** State of a case. */
export type CaseState = (typeof caseStates)[number] | (typeof caseEnds)[number]

const finalStates: ReadonlySet<CaseState> = new Set(['collected', ...caseEnds])

/** Whether nothing can follow a state. */
export function isFinal(state: CaseState): boolean {
  return finalStates.has(state)
}

/** One document of a request. */
export interface DocumentRequest {
  /** Kind of document: 1 to 64 of `A-Z a-z 0-9 . _ -`. */
  readonly document: string
  /** 1 to 99. */
  readonly copies: number
}

/** Documents of one case, at most. */
export const mostDocuments = 16
/** Copies of one document, at most. */
export const mostCopies = 99

/** Whether a value is a request for 1 to 16 documents, each kind once. */
export function areDocuments(value: unknown): value is readonly DocumentRequest[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > mostDocuments) return false
  const kinds = new Set<unknown>()
  return (
    value.every((one: unknown) => {
      if (typeof one !== 'object' || one === null || Object.keys(one).length !== 2) return false
      const { document, copies } = one as Partial<DocumentRequest>
      kinds.add(document)
      return isIdentifier(document) && Number.isInteger(copies) && copies! >= 1 && copies! <= mostCopies
    }) && kinds.size === value.length
  )
}

/** Whether a text has the form of a case's id: 24 random bytes, base64url. */
export function isCaseId(text: unknown): text is string {
  return typeof text === 'string' && /^[\w-]{32}$/.test(text)
}

/** A case as its terminal sees it. */
export interface CaseView {
  /** Unguessable; known to the terminal only. */
  readonly id: string
  /** Increases with each change of the state. A request that names another one is refused. */
  readonly fence: number
  readonly state: CaseState
  readonly terminal: string
  readonly purpose: string
  /** Pseudonym of the holder, as in the acceptance. */
  readonly holder: string
  readonly documents: readonly DocumentRequest[]
  /** Milliseconds since 1970, by the server's clock. */
  readonly openedAt: number
  /** When a document must be printed at the latest; what was not released by then has expired. Milliseconds since 1970. */
  readonly deadline: number
  /** From `sealed` on. */
  readonly pageCount?: number | undefined
  /** Why it was refused, expired or stopped: an error code. */
  readonly code?: string | undefined
}

/** What a terminal reports of a released case. `mismatch`: what it received is not what was sealed for it; nothing printed. */
export const caseOutcomes = ['printed', 'collected', 'abandoned', 'mismatch'] as const

/** One of {@link caseOutcomes}. */
export type CaseOutcome = (typeof caseOutcomes)[number]
