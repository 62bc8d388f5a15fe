import type { Identification } from '../identify/index.ts'

/** Whether a My Number card shows all its applications; of other kinds none is expected. */
export function isWhole({ kind, token, applications }: Identification): boolean {
  return kind !== 'my-number' || (token !== undefined && applications.every(({ present }) => present))
}
