import { RefusalError } from '../../errors.ts'
import type { DocumentRequest, Page } from '../../issuance/index.ts'
import type { CaseRecord } from './case-record.ts'
import type { DeskSettings } from './options.ts'
import type { ComposedDocument, ComposedPage } from './ports.ts'
import { isSubject } from './registers.ts'

/**
 * Has all documents of a case composed, one after the other, and verifies that they are of this case and person.
 *
 * @returns the pages in the order of the documents, copied.
 * @throws RefusalError `ERR_DOCUMENT` with the reason `composer-failed`, `malformed`, `page-limit`, `length-limit`, or with
 *   one that stops issuing: `case`, `page-count`, `subject`. `ERR_NOT_ISSUABLE` of the composer.
 */
export async function composeDocuments(
  record: CaseRecord,
  subject: string,
  settings: DeskSettings,
  signal: AbortSignal,
): Promise<readonly Page[]> {
  const { maxPages, maxBytes } = settings
  const pages: Page[] = []
  for (const request of record.documents) {
    const composed = await compose(record, subject, request, settings, signal)
    for (const { mediaType, subject: marker, content } of composed.pages) {
      // Copied first: what is verified is what is sealed.
      const page = { mediaType, subject: marker, content: new Uint8Array(content) }
      await requireSubject(page, subject, settings)
      pages.push({ document: request.document, ...page })
    }
    if (pages.length > maxPages) throw refused('page-limit', `more than ${maxPages} pages`)
    const length = pages.reduce((sum, { content }) => sum + content.length, 0)
    if (length > maxBytes) throw refused('length-limit', `pages of more than ${maxBytes} bytes`)
  }
  return pages
}

async function compose(
  { id, purpose }: CaseRecord,
  subject: string,
  { document, copies }: DocumentRequest,
  { composer, clock, maxPages }: DeskSettings,
  signal: AbortSignal,
): Promise<ComposedDocument> {
  const order = { case: id, subject, document, copies, purpose, at: clock.now() }
  let composed: unknown
  try {
    composed = await composer.compose(order, { signal })
  } catch (cause) {
    const isCoded =
      cause instanceof RefusalError && (cause.code === 'ERR_NOT_ISSUABLE' || cause.code === 'ERR_DOCUMENT')
    if (isCoded) throw cause
    throw refused('composer-failed', 'the document could not be composed', cause)
  }
  if (!isComposed(composed)) throw refused('malformed', 'malformed document of the composer')
  if (composed.case !== id) throw refused('case', 'a document of another case')
  if (composed.pages.length !== composed.pageCount) throw refused('page-count', 'the number of pages is another one')
  if (composed.pages.length > maxPages) throw refused('page-limit', `more than ${maxPages} pages`)
  return composed
}

async function requireSubject(page: ComposedPage, subject: string, { composer }: DeskSettings): Promise<void> {
  if (page.subject !== subject) throw refused('subject', 'a page of another person')
  if (composer.subjectOf === undefined) return
  let read: unknown
  try {
    read = await composer.subjectOf(page)
  } catch (cause) {
    throw refused('subject', 'a page without a readable marker of its person', cause)
  }
  if (read !== subject) throw refused('subject', 'a page of another person')
}

function isComposed(value: unknown): value is ComposedDocument {
  if (typeof value !== 'object' || value === null) return false
  const { case: id, pageCount, pages } = value as Partial<ComposedDocument>
  if (typeof id !== 'string' || !Number.isInteger(pageCount)) return false
  return Array.isArray(pages) && pages.length > 0 && pages.every(isPage)
}

function isPage(value: unknown): value is ComposedPage {
  if (typeof value !== 'object' || value === null) return false
  const { mediaType, subject, content } = value as Partial<ComposedPage>
  if (typeof mediaType !== 'string' || !/^[\w.+-]+\/[\w.+-]+$/.test(mediaType)) return false
  return isSubject(subject) && content instanceof Uint8Array && content.length > 0
}

function refused(reason: string, message: string, cause?: unknown): RefusalError {
  return new RefusalError('ERR_DOCUMENT', message, { reason, cause })
}
