import { classifyStatus } from '../apdu/index.ts'
import { fromHex, toHex } from '../bytes.ts'
import type { CardApplication, CardSession } from '../card/index.ts'
import { ResponseError, StatusWordError } from '../errors.ts'
import { jpkiApplication, readTokenLabel, type TokenKind, tokenKindOf } from '../jpki/index.ts'
import { registryApplications } from '../registry/index.ts'

/** Which card it is. */
export type CardKind = TokenKind['card'] | 'unknown'

/**
 * 在留AP: on 特定在留カード and 特定特別永住者証明書, issued since 2026-06-14, which are My Number cards. One public source quotes the
 * specification of the Immigration Services Agency: nothing but a line in a list depends on it.
 */
export const residenceApplication: CardApplication = {
  id: 'residence',
  aid: fromHex('D392F0004F0100000000000000000000'),
}

/** One application looked for. */
export interface ApplicationPresence {
  /** `jpki`, `text`, `visual`, `juki`, `common`; with `further` also `residence`. */
  readonly id: string
  /** Application identifier, upper-case hexadecimal. */
  readonly aid: string
  readonly present: boolean
}

/** Options of {@link identifyCard}. */
export interface IdentifyOptions {
  /** Kinds of token besides those known, by their label. */
  readonly tokenKinds?: readonly TokenKind[] | undefined
  /**
   * Also look for applications that do not distinguish a kind of card: {@link residenceApplication}. Costs one SELECT on a card
   * with the text application, nothing on others. Default false.
   */
  readonly further?: boolean | undefined
}

/** What {@link identifyCard} found. */
export interface Identification {
  readonly kind: CardKind
  /** Label of the JPKI token, when there is one. */
  readonly token: string | undefined
  readonly applications: readonly ApplicationPresence[]
}

/** All applications looked for; JPKI last, so that it is current afterwards. */
const candidates: readonly CardApplication[] = [
  registryApplications.text,
  registryApplications.visual,
  registryApplications.juki,
  registryApplications.common,
  jpkiApplication,
]

/**
 * Identifies the card in the reader, by its applications and the label of its JPKI token; never by its ATR, which
 * contactless readers make up. Spends no PIN try. Walking through the applications of a card clears its verified PINs; a
 * phone, which has one application only, keeps them until the session ends.
 *
 * @throws DecodeError `ERR_CARD_DATA` when the token label is not text.
 * @throws ResponseError `ERR_RESPONSE_MALFORMED` when the answer to reading the label has no data.
 * @throws StatusWordError when the card has some of the applications and failed (64XX, 65XX, 66XX, 6FXX) to select another
 *   or to read the label.
 * @throws TransportError.
 */
export function identifyCard(session: CardSession, options: IdentifyOptions = {}): Promise<Identification> {
  return session.exclusively(async () => {
    const applications: ApplicationPresence[] = []
    let failed: StatusWordError | undefined
    const further: ApplicationPresence[] = []
    for (const application of candidates) {
      // Before the last of them, which is to be current afterwards.
      if (application === jpkiApplication && options.further === true)
        further.push(await residence(session, applications))
      const refused = await select(session, application)
      if (refused !== undefined && isFailure(refused)) failed ??= refused
      applications.unshift({ id: application.id, aid: toHex(application.aid), present: refused === undefined })
    }
    // A known card that fails to execute a SELECT has not reported the application missing; an unknown card may.
    if (failed !== undefined && applications.some(({ present }) => present)) throw failed
    const present = (id: string): boolean => applications.some((found) => found.id === id && found.present)
    const token = present(jpkiApplication.id) ? await readLabel(session) : undefined
    return { kind: kindOf(token, present, options.tokenKinds), token, applications: [...applications, ...further] }
  })
}

/** Whether the residence application is there; any other answer than that it is selected only means that it is not. */
async function residence(session: CardSession, found: readonly ApplicationPresence[]): Promise<ApplicationPresence> {
  const { id, aid } = residenceApplication
  const isCandidate = found.some((one) => one.id === registryApplications.text.id && one.present)
  return { id, aid: toHex(aid), present: isCandidate && (await isSelectable(session, residenceApplication)) }
}

async function isSelectable(session: CardSession, application: CardApplication): Promise<boolean> {
  try {
    return (await select(session, application)) === undefined
  } catch (error) {
    if (error instanceof ResponseError) return false
    throw error
  }
}

/** @returns the refusal; `undefined` when the application is there. */
async function select(session: CardSession, application: CardApplication): Promise<StatusWordError | undefined> {
  try {
    await session.selectApplication(application)
    return undefined
  } catch (error) {
    if (error instanceof StatusWordError) return error
    throw error
  }
}

/** 64XX, 65XX, 66XX, 6FXX: the command was not carried out, for a reason that is neither application nor file. */
function isFailure({ sw }: StatusWordError): boolean {
  return classifyStatus(sw).kind === 'error' && sw >> 8 !== 0x6a
}

async function readLabel(session: CardSession): Promise<string | undefined> {
  try {
    return await readTokenLabel(session)
  } catch (error) {
    if (error instanceof StatusWordError && !isFailure(error)) return undefined
    throw error
  }
}

function kindOf(
  token: string | undefined,
  present: (id: string) => boolean,
  more: readonly TokenKind[] | undefined,
): CardKind {
  if (token !== undefined) return tokenKindOf(token, more)?.card ?? 'unknown'
  // A Juki card without a JPKI certificate has no token; the text application came with the My Number card.
  if (present('text')) return 'my-number'
  return present('juki') ? 'juki' : 'unknown'
}
