/** Types of `package.mjs` for the tests. */
export function installPacked(): { readonly folder: string; readonly application: string; remove(): void }
export function installedPackages(folder: string): readonly string[]
export function sizeOnDisk(folder: string): number
