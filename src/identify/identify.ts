import { toHex } from '../bytes.ts'
import { type CardApplication, type CardSession, readFile } from '../card/index.ts'
import { StatusWordError } from '../errors.ts'
import { decodeTokenLabel, jpkiApplication, jpkiFiles, tokenLabelLength } from '../jpki/index.ts'
import { registryApplications } from '../juki/index.ts'

/** Which card it is. */
export type CardKind = 'my-number' | 'juki' | 'phone-android' | 'phone-iphone' | 'unknown'

/** One application looked for. */
export interface ApplicationPresence {
  /** `jpki`, `text`, `visual`, `juki`, `common`. */
  readonly id: string
  /** Application identifier, upper-case hexadecimal. */
  readonly aid: string
  readonly present: boolean
}

/** What {@link identifyCard} found. */
export interface Identification {
  readonly kind: CardKind
  /** Label of the JPKI token, when there is one. */
  readonly token: string | undefined
  readonly applications: readonly ApplicationPresence[]
}

/** Token label of EF 0006 to card. Facts 2: the first from five public sources, the last from one. */
const kinds: ReadonlyMap<string, CardKind> = new Map([
  ['JPKIAPICCTOKEN2', 'my-number'],
  ['JPKIAPICCTOKEN', 'juki'],
  ['JPKIAPGPSETOKEN', 'phone-android'],
  ['JPKIAPIOSTOKEN', 'phone-iphone'],
])

/** All applications looked for; JPKI last, so that it is current afterwards. */
const candidates: readonly CardApplication[] = [
  registryApplications.text,
  registryApplications.visual,
  registryApplications.juki,
  registryApplications.common,
  jpkiApplication,
]

/**
 * Tells which card is in the reader, by its applications and the label of its JPKI token; never by its ATR, which
 * contactless readers make up. Spends no PIN try. Walking through the applications of a card clears its verified PINs; a
 * phone, which has one application only, keeps them until the session ends.
 *
 * @throws DecodeError `ERR_CARD_DATA` when the token label is not text.
 * @throws ResponseError `ERR_RESPONSE_MALFORMED` when the answer to reading the label has no data.
 * @throws TransportError.
 */
export function identifyCard(session: CardSession): Promise<Identification> {
  return session.exclusively(async () => {
    const applications: ApplicationPresence[] = []
    for (const { id, aid } of candidates) {
      applications.unshift({ id, aid: toHex(aid), present: await isPresent(session, { id, aid }) })
    }
    const present = (id: string): boolean => applications.some((found) => found.id === id && found.present)
    const token = present(jpkiApplication.id) ? await readLabel(session) : undefined
    return { kind: kindOf(token, present), token, applications }
  })
}

async function isPresent(session: CardSession, application: CardApplication): Promise<boolean> {
  try {
    await session.selectApplication(application)
    return true
  } catch (error) {
    // Foreign cards refuse SELECT in many ways; any refusal means "not here".
    if (error instanceof StatusWordError) return false
    throw error
  }
}

async function readLabel(session: CardSession): Promise<string | undefined> {
  try {
    return decodeTokenLabel(await readFile(session, jpkiFiles.tokenInfo, { bytes: tokenLabelLength }))
  } catch (error) {
    if (error instanceof StatusWordError) return undefined
    throw error
  }
}

function kindOf(token: string | undefined, present: (id: string) => boolean): CardKind {
  if (token !== undefined) return kinds.get(token) ?? 'unknown'
  // A Juki card without a JPKI certificate has no token; the text application came with the My Number card.
  if (present('text')) return 'my-number'
  return present('juki') ? 'juki' : 'unknown'
}
