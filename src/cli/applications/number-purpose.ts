import { type IndividualNumberPurpose, individualNumberPurposes } from '../../card-face/index.ts'
import { usageError } from '../cli-error.ts'
import type { Options } from '../options.ts'

/** What `--purpose` says a number is read for. @throws CliError `ERR_USAGE` for anything the law does not name. */
export function numberPurpose(options: Options): IndividualNumberPurpose {
  const purpose = individualNumberPurposes.find((known) => known === options.get('purpose'))
  if (purpose === undefined) throw usageError('bad-value', `--purpose ${individualNumberPurposes.join('|')}`)
  return purpose
}
