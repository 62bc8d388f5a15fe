/** What is used of the package, whose own declarations do not compile with `exactOptionalPropertyTypes` (`paths` of tsconfig.json). */
interface Attribute {
  readonly name: string
  readonly prefix: string
  readonly local: string
  readonly uri: string
  readonly value: string
}
interface Tag {
  readonly name: string
  readonly prefix: string
  readonly local: string
  readonly uri: string
  readonly isSelfClosing: boolean
  readonly attributes: Readonly<Record<string, Attribute>>
}
interface Events {
  doctype: string
  text: string
  cdata: string
  comment: string
  processinginstruction: { readonly target: string; readonly body: string }
  opentagstart: unknown
  attribute: unknown
  opentag: Tag
  closetag: Tag
}
export declare class SaxesParser {
  constructor(options: {
    readonly xmlns: true
    readonly position: true
    readonly defaultXMLVersion: '1.0'
    readonly forceXMLVersion: true
  })
  /** UTF-16 units read. */
  readonly position: number
  on<E extends keyof Events>(event: E, handler: (value: Events[E]) => void): void
  write(text: string): this
  close(): this
}
