import { decodeText } from '../bytes.ts'
import { ProfileError } from '../errors.ts'
import { maxProfileLength } from '../municipal/profile/index.ts'
import { readBounded } from './bounded-file.ts'
import { withFile } from './cli-error.ts'

/**
 * Text of a profile. Longer ones are refused by whoever reads it, at the place where it is too long.
 *
 * @throws ProfileError `ERR_PROFILE` with line and column where the file is not UTF-8; CliError `ERR_FILE`.
 */
export async function readProfileText(file: string): Promise<string> {
  // UTF-8 takes at most three bytes for a UTF-16 unit.
  const bytes = await withFile('cannot-read', () => readBounded(file, 3 * maxProfileLength + 4))
  const decoded = decodeText(bytes)
  if ('text' in decoded) return decoded.text
  const reason = `not UTF-8${'encoding' in decoded ? `, but ${decoded.encoding}` : ''}: save the file as UTF-8`
  const { line, column } = 'encoding' in decoded ? { line: 1, column: 1 } : decoded
  throw new ProfileError([{ line, column, path: '', reason }])
}
