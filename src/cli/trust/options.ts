import type { Certificate, OcspResponse, RevocationList } from '../../pki/index.ts'
import { combinedSource, crlSource, ocspSource, type RevocationPolicy, type RevocationSource } from '../../pki/index.ts'
import { parseCardDate } from '../../validity/index.ts'
import { type Option, type Options, optionForm } from '../arguments.ts'
import { usageError } from '../cli-error.ts'
import { anchors as anchorsOption, at as atOption, crl, ocsp } from '../options.ts'
import { readCertificates, readLists, readResponse } from './files.ts'

/** Files named by the trust options, read before anything else. */
export interface TrustFiles {
  /** Absent when none were named. */
  readonly anchors: readonly Certificate[] | undefined
  readonly lists: readonly RevocationList[]
  readonly responses: readonly OcspResponse[]
}

/** Reads what `--anchors`, `--crl` and `--ocsp` name. @throws CliError; CertificateError for invalid content. */
export async function readTrustFiles(options: Options): Promise<TrustFiles> {
  const anchors: Certificate[] = []
  for (const path of options.all(anchorsOption))
    anchors.push(...(await readCertificates(path, optionForm(anchorsOption))))
  const lists: RevocationList[] = []
  const responses: OcspResponse[] = []
  for (const path of options.all(ocsp)) responses.push(await readResponse(path))
  for (const path of options.all(crl)) lists.push(...(await readLists(path, optionForm(crl))))
  return {
    anchors: options.has(anchorsOption) ? anchors : undefined,
    lists,
    responses,
  }
}

/** Revocation policy for the files read: none without lists and responses, unless required. */
export function revocationPolicy(
  { lists, responses }: Pick<TrustFiles, 'lists' | 'responses'>,
  pool: { readonly anchors: readonly Certificate[]; readonly intermediates: readonly Certificate[] },
  required: boolean,
): RevocationPolicy {
  const sources: RevocationSource[] = responses.map((response) => ocspSource({ response }))
  if (lists.length > 0) sources.push(crlSource({ lists, ...pool }))
  // A "good" of one source does not hide a revocation reported by another.
  const all = [combinedSource(sources)]
  if (required) return { mode: 'required', sources: all }
  return sources.length === 0 ? { mode: 'none' } : { mode: 'best-effort', sources: all }
}

/** The time of verification: `--at`, or now. @throws CliError `ERR_USAGE` for an invalid time. */
export function givenInstant(options: Options): Date {
  const text = options.get(atOption)
  if (text === undefined) return new Date()
  const at = new Date(text)
  if (Number.isNaN(at.getTime()) || !isDay(text.split('T')[0]!)) throw usageError('bad-value', optionForm(atOption))
  return at
}

/** A day given with an option. @throws CliError `ERR_USAGE` for a nonexistent date. */
export function givenDay(options: Options, option: Option): string | undefined {
  const text = options.get(option)
  if (text !== undefined && !isDay(text)) throw usageError('bad-value', optionForm(option))
  return text
}

function isDay(text: string): boolean {
  try {
    parseCardDate(text.replaceAll('-', ''))
    return true
  } catch {
    return false
  }
}
