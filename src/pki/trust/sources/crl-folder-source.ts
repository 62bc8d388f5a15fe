import type { RevocationList } from '../../revocation/index.ts'
import type { RevocationAnswer, RevocationSource } from '../report.ts'
import { byteLimit, clockSkewMs, span } from './limits.ts'
import { type HeldLists, ListFolder } from './list-folder.ts'
import { ListSigners, type ListSourceOptions, listVerifier } from './list-verifier.ts'

/** Options of {@link crlFolderSource}. */
export interface CrlFolderSourceOptions extends ListSourceOptions {
  /** Folder with the lists: `*.crl`, `*.der` or `*.pem`, each one list in DER or PEM blocks `X509 CRL`. */
  readonly folder: string
  /**
   * Interval between scans of the folder, milliseconds; meanwhile the loaded lists are used. Default 60 000. With 0
   * each query scans and waits for the scan, at most a second for a folder that does not respond.
   */
  readonly refreshMs?: number | undefined
  /** Larger files are refused. Default 256 MiB. */
  readonly maxBytes?: number | undefined
}

/** A folder of lists as a source, with access to the loaded lists. */
export interface CrlFolderSource extends RevocationSource {
  /**
   * The loaded lists, and problems of reading others; scans the folder first when due.
   *
   * @param at - the time of the verification.
   */
  held(at: Date): Promise<{ readonly lists: readonly RevocationList[]; readonly problems: readonly string[] }>
}

/**
 * A folder of revocation lists as a source: the usual case for the JPKI, whose distribution points are names in a
 * directory. Each list is verified before use, as in {@link crlSource}.
 *
 * The first query waits for the folder to be read; later ones only if the loaded lists do not have the status. Of each
 * scope the newest list in force ever read is used: an older list put back, an unreadable or forged one, a missing file
 * or folder, and a list dated ahead do not displace it before its `nextUpdate`. Read errors are reported in `problems`.
 * Replace files by renaming.
 *
 * @throws TypeError, RangeError for an option of a wrong type or out of range.
 */
export function crlFolderSource(options: CrlFolderSourceOptions): CrlFolderSource {
  const { folder } = options
  if (typeof folder !== 'string' || folder === '') throw new TypeError('folder must be a path')
  const refreshMs = span('refreshMs', options.refreshMs, 60_000)
  const maxBytes = byteLimit('maxBytes', options.maxBytes, 256 * 1_048_576)
  const verify = listVerifier({ ...options, skewMs: options.skewMs ?? clockSkewMs })
  const signers = new ListSigners(options)
  const files = new ListFolder({ folder, refreshMs, maxBytes, signers })

  const source: RevocationSource = (...question) => {
    const [, issuer, at] = question
    signers.add(issuer)
    const evaluate = ({ lists, problems }: HeldLists) => verify(lists, question, problems)
    const afterLook = async () => evaluate(await files.afterLook())
    const held = files.held(at)
    if (held === undefined || (refreshMs === 0 && files.looking)) return afterLook()
    const answer = evaluate(held)
    const settled = (one: RevocationAnswer) => (one.status === 'unknown' && files.looking ? afterLook() : one)
    return answer instanceof Promise ? answer.then(settled) : settled(answer)
  }
  return Object.assign(source, {
    async held(at: Date) {
      const held = files.held(at)
      const { lists, problems } = held === undefined || files.looking ? await files.afterLook() : held
      return { lists: lists.lists, problems }
    },
  })
}
