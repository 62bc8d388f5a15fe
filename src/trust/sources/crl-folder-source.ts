import type { PathOptions } from '../../path/index.ts'
import type { RevocationSource } from '../report.ts'
import { byteLimit, span } from './limits.ts'
import { ListFolder } from './list-folder.ts'
import { listJudge } from './list-judge.ts'

/** Which folder of lists, and how it is read. */
export interface CrlFolderSourceOptions extends Omit<PathOptions, 'at'> {
  /** Folder with the lists: `*.crl`, `*.der` or `*.pem`, each one list in DER or PEM blocks `X509 CRL`. */
  readonly folder: string
  /** Files are looked at again after so long, milliseconds. Default 60 000. */
  readonly refreshMs?: number | undefined
  /** Larger files are refused. Default 256 MiB. */
  readonly maxBytes?: number | undefined
}

/**
 * A folder of revocation lists as a source: the usual case for the JPKI, whose distribution points are names in a
 * directory. Each list is verified before it counts, as in {@link crlSource}.
 *
 * A file that can no longer be read keeps its last good lists, until their own `nextUpdate`, and is told in `problems`; a
 * file that is gone takes its lists along. A folder that cannot be read answers `unknown`. Replace files by renaming.
 *
 * @throws TypeError, RangeError for options that make no sense.
 */
export function crlFolderSource(options: CrlFolderSourceOptions): RevocationSource {
  const { folder } = options
  if (typeof folder !== 'string' || folder === '') throw new TypeError('folder must be a path')
  const refreshMs = span('refreshMs', options.refreshMs, 60_000)
  const maxBytes = byteLimit('maxBytes', options.maxBytes, 256 * 1_048_576)
  const judge = listJudge(options)
  const files = new ListFolder(folder, refreshMs, maxBytes)
  return async (...question) => {
    const { lists, problems } = await files.current()
    return judge(lists, question, problems)
  }
}
