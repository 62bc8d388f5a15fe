import { type CardSession, readFile } from '../card/index.ts'
import type { UserVerification } from '../user-verification.ts'
import { jpkiFiles } from './files.ts'
import { decodeTokenLabel, tokenLabelLength } from './token-info.ts'

/** What a token itself can ask for: a PIN typed at the terminal, or the phone's own verification. */
export type TokenVerification = Extract<UserVerification, 'pin' | 'device'>

/** A kind of JPKI token, by the label in EF 0006. */
export interface TokenKind {
  /** Without the padding. */
  readonly label: string
  readonly card: 'my-number' | 'juki' | 'phone-android' | 'phone-iphone'
  /** `device`: the phone has verified its holder (Face ID, Touch ID) when it is held to the reader; no PIN is sent to it. */
  readonly userVerification: TokenVerification
  /** Takes ANNOUNCE LAST COMMAND, `80 FC 00 00`, after its signature. A card answers 6700. */
  readonly lastCommand: boolean
  /** How well it is known, with the sources. */
  readonly source: string
}

/** The kinds known, card facts 2. Programs add others: see the option `tokenKinds`. */
export const tokenKinds: readonly TokenKind[] = [
  {
    label: 'JPKIAPICCTOKEN2',
    card: 'my-number',
    userVerification: 'pin',
    lastCommand: false,
    source: 'five public sources',
  },
  { label: 'JPKIAPICCTOKEN', card: 'juki', userVerification: 'pin', lastCommand: false, source: 'two public sources' },
  {
    label: 'JPKIAPGPSETOKEN',
    card: 'phone-android',
    userVerification: 'pin',
    lastCommand: false,
    source: 'two public sources; the PIN at the terminal: press',
  },
  {
    label: 'JPKIAPIOSTOKEN',
    card: 'phone-iphone',
    userVerification: 'device',
    lastCommand: true,
    source: 'one public source; no PIN at the terminal: press',
  },
]

/** The kind with that label; of two with the same label, the caller's. */
export function tokenKindOf(label: string, more: readonly TokenKind[] = []): TokenKind | undefined {
  return [...more, ...tokenKinds].find((kind) => kind.label === label)
}

/** How the holder of such a card or phone is verified; `pin` for one that is not known. */
export function verificationOf(card: string): TokenVerification {
  return tokenKinds.find((kind) => kind.card === card)?.userVerification ?? 'pin'
}

/** Labels read so far: a session is with one token. */
const labels = new WeakMap<CardSession, string>()

/**
 * The label of EF 0006 of the current JPKI application, read once in a session.
 *
 * @throws DecodeError `ERR_CARD_DATA` when it is not printable ASCII. StatusWordError when the card refuses.
 */
export async function readTokenLabel(session: CardSession): Promise<string> {
  const known = labels.get(session)
  if (known !== undefined) return known
  const label = decodeTokenLabel(await readFile(session, jpkiFiles.tokenInfo, { bytes: tokenLabelLength }))
  labels.set(session, label)
  return label
}

/** The label, if it was read in this session. */
export function knownTokenLabel(session: CardSession): string | undefined {
  return labels.get(session)
}
