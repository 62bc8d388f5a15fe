/** Types of `imports.mjs` for the tests. */
export interface Import {
  readonly name: string
  readonly target: string
  readonly isOwn: boolean
}
export function roomOf(file: string): string
export function importsBelow(src: string): ReadonlyMap<string, readonly Import[]>
export function arrowsOf(
  imports: ReadonlyMap<string, readonly Import[]>,
): readonly (readonly [file: string, target: string])[]
export function pastAnIndex(
  arrows: readonly (readonly [file: string, target: string])[],
): readonly (readonly [file: string, target: string])[]
