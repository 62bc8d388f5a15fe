import { maxProfileLength } from '../layout/index.ts'
import { readText } from './bounded-file.ts'

/** Text of a profile. Longer ones are refused by whoever reads it, at the place where it is too long. */
export function readProfileText(file: string): Promise<string> {
  // UTF-8 takes at most three bytes for a UTF-16 unit.
  return readText(file, 3 * maxProfileLength + 4)
}
