/** Values of {@link KeyboardLayout}. */
export const keyboardLayouts = ['same', 'us', 'jp'] as const

/** Layout a reader types for, `us` or `jp`, while the computer has the other one; `same`: both have the same. */
export type KeyboardLayout = (typeof keyboardLayouts)[number]

/**
 * What a Japanese keyboard (JIS X 6002) gives where a US keyboard (ANSI) gives the first character, key by key; other keys give the
 * same. `)` is missing: Shift and 0 give nothing.
 */
const pairs = '@" ^& &\' *( () _= =^ +~ [@ {` ][ }{ \\] |} :+ \': "*'.split(' ').map(([us, jp]) => [us!, jp!] as const)

const japaneseOfUs: ReadonlyMap<string, string> = new Map(pairs)
const usOfJapanese: ReadonlyMap<string, string> = new Map(pairs.map(([us, jp]) => [jp, us]))

/** What the reader meant, from what the computer took it for. */
export function asTyped(text: string, layout: KeyboardLayout | undefined): string {
  if (layout === undefined || layout === 'same') return text
  const meant = layout === 'us' ? usOfJapanese : japaneseOfUs
  return Array.from({ length: text.length }, (_, i) => meant.get(text[i]!) ?? text[i]!).join('')
}
