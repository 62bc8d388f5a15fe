import type { PdfPage } from './pdf-pages.mjs'

export interface FolderPrinter {
  print(
    pages: readonly PdfPage[],
    job: { readonly case: string; readonly signal?: AbortSignal | undefined },
  ): Promise<{ readonly file: string }>
  clear(): Promise<void>
}
export function createFolderPrinter(folder: string): FolderPrinter
