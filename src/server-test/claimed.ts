/** A token as JSON, right or wrong. */
export type Claimed = Record<string, string>
