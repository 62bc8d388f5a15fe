import type { PathOptions } from '../../path/index.ts'
import { sameScope } from '../../revocation/crl/delta.ts'
import type { RevocationList } from '../../revocation/index.ts'
import type { Certificate } from '../../x509/index.ts'
import type { RevocationSource } from '../report.ts'
import { Addresses, type AddressOptions } from './addresses.ts'
import { Http, type HttpOptions } from './http.ts'
import { span } from './limits.ts'
import { type GetList, ListDownloads } from './list-downloads.ts'
import { readLists } from './list-file.ts'
import { listJudge } from './list-judge.ts'
import { reasonOf, Unavailable } from './unavailable.ts'

/** Where lists are downloaded from, and how. `maxBytes` is 64 MiB by default. */
export interface CrlHttpSourceOptions extends Omit<PathOptions, 'at'>, AddressOptions, HttpOptions {
  /** A list is asked for again after so long, milliseconds. Default 1 hour. */
  readonly maxAgeMs?: number | undefined
  /** After a failure, and while the list is outdated, an address is left alone so long, milliseconds. Default 30 000. */
  readonly retryMs?: number | undefined
}

/**
 * Revocation lists over HTTP as a source, from addresses given or from those of the certificate's distribution points that
 * are allowed. DER or PEM, one list an address, no redirects. Each list is verified before it is kept and again before it
 * counts, as in {@link crlSource}.
 *
 * A failure, a forged list or an older one never takes the place of the list held, nor one of another scope while that is
 * current; it is told in `problems`. Lists are kept in memory, of at most 64 addresses.
 *
 * @throws TypeError, RangeError for options that make no sense.
 */
export function crlHttpSource(options: CrlHttpSourceOptions): RevocationSource {
  const addresses = new Addresses(options, addressesOfLists)
  const http = new Http(options, 64 * 1_048_576)
  const maxAgeMs = span('maxAgeMs', options.maxAgeMs, 3_600_000)
  const retryMs = span('retryMs', options.retryMs, 30_000)
  const judge = listJudge(options)

  const get: GetList = async (address, held, issuer, at) => {
    const content = await http.body(address, { method: 'GET', headers: { accept: 'application/pkix-crl' } })
    const list = (await readLists(content, 1))[0]!
    if (!(await isSigned(list, [issuer, ...(options.intermediates ?? [])], options))) {
      throw new Unavailable('a list no key at hand has signed')
    }
    requireSuccessor(list, held, at)
    return list
  }
  const downloads = new ListDownloads(get, { maxAgeMs, retryMs })

  return async (...question) => {
    const [certificate, issuer, at] = question
    const lists: RevocationList[] = []
    const problems: string[] = []
    try {
      for (const group of addresses.of(certificate, issuer)) {
        for (const address of group) {
          const { list, problem } = await downloads.at(address, issuer, at)
          if (problem !== undefined) problems.push(`list from ${address.origin}: ${problem}`)
          if (list === undefined) continue
          lists.push(list)
          break
        }
      }
    } catch (error) {
      problems.push(`lists over HTTP: ${reasonOf(error)}`)
    }
    return judge(lists, question, problems)
  }
}

/** Certificates tried for one list. */
const mostSigners = 16

/** A forged list must not take the place of a good one, though it would never count. */
async function isSigned(
  list: RevocationList,
  candidates: readonly Certificate[],
  { signatures }: Omit<PathOptions, 'at'>,
): Promise<boolean> {
  const named = candidates.filter(({ subjectName }) => subjectName.equals(list.issuerName))
  for (const candidate of named.slice(0, mostSigners)) {
    if (await list.verifySignature(candidate, signatures)) return true
  }
  return false
}

const older = 'an older list than the one held'

/** @throws Unavailable when the list is not one that follows the one held. */
function requireSuccessor(list: RevocationList, held: RevocationList | undefined, at: Date): void {
  if (held === undefined) return
  if (list.thisUpdate < held.thisUpdate) throw new Unavailable(older)
  if (held.nextUpdate === undefined || held.nextUpdate < at) return
  if (list.isDelta !== held.isDelta || !sameScope(list, held)) throw new Unavailable('another list than the one held')
  const [before, after] = [held.extensions.crlNumber, list.extensions.crlNumber]
  if (before !== undefined && (after === undefined || after < before)) throw new Unavailable(older)
}

/** Addresses of a distribution point lead to the same list. RFC 5280 4.2.1.13. */
function addressesOfLists({ extensions }: Certificate): readonly (readonly string[])[] {
  return (extensions.crlDistributionPoints ?? []).map(({ name }) =>
    name?.kind === 'full' ? name.names.flatMap((one) => (one.kind === 'uri' ? [one.value] : [])) : [],
  )
}
