/** How sure a row of data is, in words. */
export type Confidence =
  /** By J-LIS, a ministry or a municipality, as read on their pages. */
  | 'stated by an official body'
  /** The source document is the table of six credentials which this package was asked to follow. */
  | 'stated in the source document only'
  | 'set by the municipality, 4 in the source document'
  | 'not stated for this card'
  | 'inferred'

/** Where a row of data comes from. */
export interface Evidence {
  readonly source: string
  readonly confidence: Confidence
}
