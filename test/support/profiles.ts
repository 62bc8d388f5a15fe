import { readFileSync } from 'node:fs'
import type { ValidateFunction } from 'ajv'
import { Ajv } from 'ajv'

const text = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

/** Text of a shipped example profile. */
export function exampleProfile(name: string): string {
  return text(`examples/profiles/${name}.json`)
}

/** The published schema of a kind of profile. */
export function profileSchema(kind: 'issuance' | 'stripe'): ValidateFunction {
  return new Ajv({ strict: false }).compile(JSON.parse(text(`docs/schema/${kind}-profile.schema.json`)))
}

/** A case of `profile-problems.json`. */
export interface ProblemCase {
  readonly id: string
  readonly base: string
  readonly replace: readonly (readonly [string, string])[]
  readonly line: number
  readonly column: number
  readonly path: string
  readonly says: string
  /** How many further problems follow. */
  readonly more?: number
  readonly schema: 'refused' | 'fits' | 'not-json' | 'not-comparable'
}

/** The example with the mistake of the case. */
export function spoiltProfile({ base, replace }: ProblemCase): string {
  let profile = exampleProfile(base)
  for (const [old, fresh] of replace) {
    if (!profile.includes(old)) throw new Error(`the example does not hold ${old}`)
    profile = profile.replace(old, () => fresh)
  }
  return profile
}
