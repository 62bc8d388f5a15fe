import type { RevocationList } from '../../revocation/index.ts'
import type { RevocationAnswer, RevocationSource } from '../report.ts'
import { byteLimit, clockSkewMs, span } from './limits.ts'
import { type HeldLists, ListFolder } from './list-folder.ts'
import { ListSigners } from './list-signers.ts'
import { type ListSourceOptions, listVerifier } from './list-verifier.ts'

/** Which folder of lists, and how it is read. */
export interface CrlFolderSourceOptions extends ListSourceOptions {
  /** Folder with the lists: `*.crl`, `*.der` or `*.pem`, each one list in DER or PEM blocks `X509 CRL`. */
  readonly folder: string
  /**
   * The folder is looked at again after so long, milliseconds, while questions are answered from what is held. Default
   * 60 000. With 0 each question looks and waits for that, but not longer than a second for a folder that does not respond.
   */
  readonly refreshMs?: number | undefined
  /** Larger files are refused. Default 256 MiB. */
  readonly maxBytes?: number | undefined
}

/** A folder of lists as a source, which also shows what it holds. */
export interface CrlFolderSource extends RevocationSource {
  /**
   * The lists that are held, and what could not be read; looks at the folder first when it is time for that.
   *
   * @param at - the time of the question.
   */
  held(at: Date): Promise<{ readonly lists: readonly RevocationList[]; readonly problems: readonly string[] }>
}

/**
 * A folder of revocation lists as a source: the usual case for the JPKI, whose distribution points are names in a
 * directory. Each list is verified before it counts, as in {@link crlSource}.
 *
 * The first question waits for the folder to be read; later ones only when what is held does not answer them. Of each
 * scope the newest list that was ever read and is in force counts: an older one put back, an unreadable or forged one, a
 * file or folder that is gone, and one dated ahead of the clock take nothing away before `nextUpdate`. What cannot be read
 * is reported in `problems`. Replace files by renaming.
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
