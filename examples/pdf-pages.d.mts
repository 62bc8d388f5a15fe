/** A page as a composer makes it and a printer takes it. */
export interface PdfPage {
  /** One PDF file of one page. */
  readonly content: Uint8Array
  readonly mediaType: string
}
export function subjectKeyword(subject: string): string
export function subjectOfPage(content: Uint8Array): Promise<string>
export function pdfFile(pages: readonly PdfPage[]): Promise<Uint8Array>
