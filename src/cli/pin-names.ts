/** PINs the command line asks for and tells of, by the identifiers they have in the library. */
export type PinName =
  | 'auth'
  | 'sign'
  | 'text'
  | 'text-code-a'
  | 'text-code-b'
  | 'visual-birth'
  | 'visual-code-a'
  | 'visual-code-b'
  | 'juki'
  | 'common'
  | 'issuance'

/** What people call a PIN. */
export function pinLabel({ pins }: { readonly pins: Readonly<Record<PinName, string>> }, id: string): string {
  return pins[id as PinName]
}
