import type { DocumentRequest, Page, SealContext, SealedDocument } from '../../issuance/index.ts'

/**
 * The ports of an issuance desk: what a vendor connects to the municipality's own systems. Each call gets a signal that is
 * aborted when its case has ended; its result is then refused. A port may throw anything; the case is then refused.
 */

/** Options of every call of a port. */
export interface PortOptions {
  readonly signal: AbortSignal
}

/** A question to a register. */
export interface RegisterQuestion {
  /** Id of the case. */
  readonly case: string
  /** Pseudonym of the holder. */
  readonly holder: string
  /** Serial number of the holder's certificate, hexadecimal; only with `IssuanceDeskOptions.includeSerialNumber`. */
  readonly serialNumber?: string | undefined
  readonly terminal: string
  readonly purpose: string
  readonly document: string
  /** Milliseconds since 1970. */
  readonly at: number
}

/** Why a document may not be issued to a person. Not sent to terminals: a protected person must not be recognised by it. */
export const suppressionReasons = [
  /** 転出. */
  'moved-away',
  /** 死亡. */
  'died',
  /** 支援措置対象者: protected from violence at home, stalking or abuse. */
  'protected',
  /** 異動処理中: a change is being entered. */
  'change-in-progress',
  /** 印鑑登録廃止 and the like. */
  'registration-deleted',
  /** More characters, or other ones, than the form takes. */
  'too-many-characters',
  /** Not a resident of this municipality, or without such a record. */
  'no-record',
  'other',
] as const

/** One of {@link suppressionReasons}. */
export type SuppressionReason = (typeof suppressionReasons)[number]

/** What a register answers. */
export interface RegisterAnswer {
  /** Marker of the person in the municipality's systems, printed on every page: 1 to 128 visible ASCII characters. */
  readonly subject: string
  /** Why the document may not be issued now. Absent: it may. */
  readonly suppressed?: SuppressionReason | undefined
  /** Until when all changes are in the register, milliseconds since 1970. */
  readonly asOf: number
  /** Number of the last change in it. Never decreases. */
  readonly sequence: number
  /** Changes up to `sequence` that have not arrived. Default 0. */
  readonly missing?: number | undefined
}

/** A register (住民記録, 印鑑登録, 戸籍), or a copy of one. */
export interface Register {
  /** Name in the audit log and the health of the desk: 1 to 64 of `A-Z a-z 0-9 . _ -`. */
  readonly name: string
  /** Any error refuses the case. RefusalError `ERR_REGISTER` with the reason `case`, for an answer of another case, stops issuing. */
  lookup(question: RegisterQuestion, options: PortOptions): Promise<RegisterAnswer>
}

/** An order to compose one document. */
export interface CompositionOrder extends DocumentRequest {
  /** Id of the case. */
  readonly case: string
  /** Marker of the person, from the register. */
  readonly subject: string
  readonly purpose: string
  /** Milliseconds since 1970. */
  readonly at: number
}

/** A page as composed. */
export type ComposedPage = Omit<Page, 'document'>

/** A composed document: all copies, in the order in which they are printed. */
export interface ComposedDocument {
  /** The case it was composed for. */
  readonly case: string
  /** Number of pages according to the form, counted apart from the list below. */
  readonly pageCount: number
  readonly pages: readonly ComposedPage[]
}

/** Composes documents. */
export interface Composer {
  compose(order: CompositionOrder, options: PortOptions): Promise<ComposedDocument>
  /** The marker of the person, read from the bytes of a page. Without it, the marker beside the bytes is compared only. */
  subjectOf?(page: ComposedPage): string | Promise<string>
}

/** Encrypts a document to the visit key of a terminal: see `sealDocument` of `jpki-card/issuance`. */
export type Seal = (
  visitKey: Uint8Array,
  context: SealContext,
  subject: string,
  pages: readonly Page[],
) => SealedDocument | Promise<SealedDocument>
