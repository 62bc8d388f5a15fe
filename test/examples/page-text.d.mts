/** The text drawn on each page of a PDF file. */
export function textOfPages(file: Uint8Array): Promise<string[]>
/** The characters drawn in the largest size, sorted, and that size in points. */
export function largestTextOf(page: Uint8Array): Promise<{ readonly size: number; readonly characters: string }>
/** The page with other keywords in its metadata. */
export function withKeywords(page: Uint8Array, keywords: readonly string[]): Promise<Uint8Array>
