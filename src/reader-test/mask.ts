/** A name of a reader without its serial number, which drivers add in brackets: `Vendor Model [CCID] (A1B2C3) 00 00`. */
export function maskReader(name: string): string {
  return name.replaceAll(/\([^()]*\)/g, '(…)')
}
