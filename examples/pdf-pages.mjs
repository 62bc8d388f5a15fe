// Pages of a composed document: the subject each page names for machines, and one file of all pages for a printer.
// Needs: npm install @libpdf/core
import { PDF } from '@libpdf/core'

const marker = 'jpki-card-subject='

/**
 * The metadata entry (Keywords of the document information, ISO 32000-1, 14.3.3) by which a page names its subject.
 *
 * @param subject 1 to 200 visible ASCII characters, such as a pseudonym
 * @throws RangeError for any other text, since a marker that is changed when it is written identifies nothing
 */
export function subjectKeyword(subject) {
  if (typeof subject !== 'string' || !/^[\x21-\x7e]{1,200}$/.test(subject)) {
    throw new RangeError('the subject of a page is 1 to 200 visible ASCII characters')
  }
  return `${marker}${subject}`
}

/**
 * The subject a page names in its metadata. The text drawn on the page is not searched, so a name or an address that
 * looks like a marker changes nothing. The marker is a check against mix-ups, not against forgery: the seal is for that.
 *
 * @param content one PDF file of one page
 * @throws Error `ERR_PAGE_UNREADABLE` if it is not a faultless, unencrypted PDF file of exactly one page with exactly
 *   one marker
 */
export async function subjectOfPage(content) {
  const document = await load(content)
  const keywords = document.getKeywords() ?? []
  const [subject, ...others] = keywords.map((keyword) =>
    keyword.startsWith(marker) ? keyword.slice(marker.length) : '',
  )
  if (!subject || others.length > 0) throw unreadable('it does not name exactly one subject')
  return subject
}

/**
 * One PDF file of all pages, in the order given.
 *
 * @param pages `{ content, mediaType }` each: one-page PDF files
 * @throws Error `ERR_PAGE_UNREADABLE` if there is no page, or one is not a faultless PDF file of one page
 */
export async function pdfFile(pages) {
  if (pages.length === 0) throw unreadable('there is no page')
  const file = PDF.create()
  for (const [i, { content, mediaType }] of pages.entries()) {
    if (mediaType !== 'application/pdf') throw unreadable('its media type is not application/pdf')
    const page = await load(content)
    const { keywords, ...ofFirst } = page.getMetadata()
    if (i === 0) file.setMetadata(ofFirst)
    await file.copyPagesFrom(page, [0])
  }
  return file.save()
}

async function load(content) {
  let document
  try {
    document = await PDF.load(content, { lenient: false })
  } catch {
    throw unreadable('it is not a PDF file')
  }
  if (document.recoveredViaBruteForce || document.warnings.length > 0) throw unreadable('it is a damaged PDF file')
  if (document.isEncrypted) throw unreadable('it is encrypted')
  if (document.getPageCount() !== 1) throw unreadable('it is not one page')
  return document
}

function unreadable(reason) {
  return Object.assign(new Error(`the page cannot be used: ${reason}`), { code: 'ERR_PAGE_UNREADABLE' })
}
