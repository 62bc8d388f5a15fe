import type { ErrorCode } from '../../src/errors.ts'
import type { ExchangeKind } from './exchange-kind.ts'
import type { Cell } from './matrix.ts'

/** What a cell may come to. `other result`: the card said so, and nothing shows that it is not true. */
export type CellOutcome = 'done' | 'other result' | ErrorCode

/** Cells that must end in the same way. What is left out does not matter. */
export interface OutcomeRow {
  readonly kinds?: readonly ExchangeKind[]
  /** Titles of faults; with `, late` only the late one, without it both. */
  readonly faults?: readonly string[]
  /** Whether a PIN of this session is verified for what happens there. */
  readonly holdsPin?: boolean
  /** Begin of the title of the flow. */
  readonly flows?: readonly string[]
  readonly allowed: readonly CellOutcome[]
}

const withPin = ['verify', 'protected-verify', 'change'] as const
const lost = ['pull', 'cut to 0 bytes']
const nonsense = ['cut to 1 byte', 'cut to 3 bytes', 'cut to half', 'rubbish']
const notFound = ['6A82', '6A88']
const wrongPin = ['6300', '63C1', '63C2', '63C3']
/** The command was not carried out, for a reason of the card's own. */
const failures = ['6400', '6581', '6F00']
const blocked = ['63C0', '6983', '6984']
const endsMessaging = ['6882', '6987', '6988', '69FC']
/** 9000 or a warning for nothing. */
const empty = ['6281', '9000']
/** The same for SELECT, which 61XX answers whether its data can be had or not. */
const selected = [...empty, '6100', '6110']
const protectedFlow = ['session-key', 'protected-read'] as const
const wrong = 'user authentication, wrong PIN'
const asksOnly = ['free files', 'user authentication, ']
/** They ask for the last day of the card first, and go on without it. */
const tellsExpiry = ['service: user id', 'service: attributes', 'service: PIN']
const absent = ['ERR_FILE_NOT_FOUND', 'ERR_CERTIFICATE_ABSENT'] as const
const noData = ['ERR_RESPONSE_MALFORMED', 'ERR_CARD_DATA', 'ERR_TLV', 'ERR_STATUS_WORD'] as const
const refused = ['ERR_STATUS_WORD', 'ERR_SECURITY_STATUS', 'ERR_CARD_DATA'] as const
const iPhone = ['iPhone, ', 'look, iPhone', 'visit, iPhone']
const looks = ['look, ', 'visit, ']
/** A token is as good without the certificate of the CA. */
const withoutCa = ['done', 'other result'] as const

/** The first row that fits a cell says what it may come to. */
export const outcomeRows: readonly OutcomeRow[] = [
  // The flow is over; the state of the card is evaluated by the report.
  { kinds: ['clear'], allowed: ['done'] },
  { faults: ['slow'], allowed: ['done'] },

  // A phone that has verified its holder: what ends it comes after the signature, and the holder is asked to verify again where
  // what it allowed is lost. A label that cannot be read says nothing of a phone.
  { kinds: ['last-command'], allowed: ['done'] },
  // A look at it goes on as with a card, see below.
  {
    kinds: ['select-file', 'read'],
    faults: [...notFound, ...selected],
    flows: ['look, iPhone', 'visit, iPhone'],
    allowed: [...withoutCa, 'ERR_WRONG_CARD', 'ERR_CERTIFICATE', ...absent, ...noData],
  },
  {
    kinds: ['select-file', 'read'],
    faults: ['6982'],
    flows: ['look, iPhone', 'visit, iPhone'],
    allowed: [...withoutCa, 'ERR_USER_NOT_VERIFIED'],
  },
  { kinds: ['select'], faults: lost, flows: iPhone, allowed: ['done', 'ERR_CARD_REMOVED'] },
  { kinds: ['select'], faults: ['silent'], flows: iPhone, allowed: ['done', 'ERR_TIMEOUT'] },
  { kinds: ['select'], faults: nonsense, flows: iPhone, allowed: ['done', 'ERR_RESPONSE_MALFORMED'] },
  {
    kinds: ['select', 'select-file', 'read'],
    faults: ['reset'],
    flows: iPhone,
    allowed: ['done', 'ERR_USER_NOT_VERIFIED', 'ERR_CARD_RESET'],
  },
  { kinds: ['select'], faults: selected, flows: iPhone, allowed: ['done', 'ERR_WRONG_CARD', 'ERR_STATUS_WORD'] },
  { kinds: ['select'], faults: notFound, flows: iPhone, allowed: ['done', 'ERR_APPLICATION_NOT_FOUND'] },
  { kinds: ['select'], faults: ['6982'], flows: iPhone, allowed: ['done', 'ERR_SECURITY_STATUS'] },
  {
    kinds: ['select-file', 'read'],
    faults: ['6982'],
    flows: iPhone,
    allowed: ['done', 'ERR_SECURITY_STATUS', 'ERR_USER_NOT_VERIFIED'],
  },
  { kinds: ['sign'], faults: ['reset'], flows: iPhone, allowed: ['ERR_CARD_RESET'] },
  { kinds: ['sign'], faults: ['6982'], flows: iPhone, allowed: ['ERR_USER_NOT_VERIFIED'] },
  // The phone has made the signature, and makes no second one.
  {
    kinds: ['sign'],
    faults: ['6C00', '6C10'],
    flows: iPhone,
    allowed: ['done', 'ERR_USER_NOT_VERIFIED', 'ERR_STATUS_WORD'],
  },
  { kinds: ['select-file', 'read'], faults: notFound, flows: iPhone, allowed: ['done', 'ERR_WRONG_CARD', ...absent] },
  {
    kinds: ['select-file'],
    faults: selected,
    flows: iPhone,
    allowed: ['done', 'ERR_CERTIFICATE', 'ERR_WRONG_CARD', ...noData],
  },

  // Transport.
  { kinds: withPin, faults: [...lost, ...nonsense, 'reset', 'silent'], allowed: ['ERR_PIN_OUTCOME_UNKNOWN'] },
  { faults: lost, allowed: ['ERR_CARD_REMOVED'] },
  { faults: ['silent'], allowed: ['ERR_TIMEOUT'] },
  { faults: ['reset'], holdsPin: false, allowed: ['done'] },
  { faults: ['reset'], allowed: ['ERR_CARD_RESET'] },
  // What is protected is made of random bytes, which may end like any status word.
  {
    kinds: ['protected-read'],
    faults: ['cut to half', 'cut to 3 bytes'],
    allowed: ['ERR_RESPONSE_MALFORMED', 'ERR_SECURE_MESSAGING', 'ERR_STATUS_WORD', 'ERR_SECURITY_STATUS'],
  },
  // Asked for again in short lengths, or for less.
  { kinds: ['read'], faults: nonsense, allowed: ['done', 'ERR_RESPONSE_MALFORMED'] },
  { faults: nonsense, allowed: ['ERR_RESPONSE_MALFORMED'] },

  // VERIFY and CHANGE: what the card says is final, and is never asked for again.
  { kinds: ['verify'], faults: ['9000, late'], flows: [wrong], allowed: ['ERR_SECURITY_STATUS'] },
  { kinds: withPin, faults: ['9000, late'], allowed: ['done'] },
  { kinds: ['change'], faults: ['9000'], allowed: ['done'] },
  // A lie: what the PIN opens stays closed, and that of the register opens nothing.
  { kinds: ['verify'], faults: ['9000'], flows: ['service: PIN'], allowed: ['done'] },
  { kinds: withPin, faults: ['9000'], allowed: ['ERR_SECURITY_STATUS', 'ERR_CARD_DATA'] },
  { kinds: ['verify'], faults: ['63C2'], flows: [wrong], allowed: ['done'] },
  { kinds: ['verify'], faults: wrongPin, flows: [wrong], allowed: ['other result'] },
  { kinds: ['verify', 'protected-verify'], faults: wrongPin, allowed: ['ERR_PIN_REJECTED'] },
  { kinds: ['verify', 'protected-verify'], faults: blocked, allowed: ['ERR_PIN_BLOCKED'] },
  { kinds: ['protected-verify'], faults: endsMessaging, allowed: ['ERR_SECURE_MESSAGING'] },
  { kinds: withPin, faults: ['6982'], allowed: ['ERR_SECURITY_STATUS'] },
  { kinds: withPin, faults: notFound, allowed: ['ERR_FILE_NOT_FOUND'] },
  { kinds: withPin, allowed: ['ERR_STATUS_WORD'] },

  // The counter: believed; a form that the card does not take is left for the other.
  { kinds: ['counter'], faults: wrongPin, flows: asksOnly, allowed: ['done', 'other result', 'ERR_STATUS_WORD'] },
  { kinds: ['counter'], faults: [...blocked, '9000'], flows: ['free files'], allowed: ['other result'] },
  { kinds: ['counter'], flows: ['look, '], allowed: ['done', 'other result', 'ERR_STATUS_WORD'] },
  { kinds: ['counter'], faults: blocked, allowed: ['ERR_PIN_BLOCKED'] },
  { kinds: ['counter'], faults: ['63C1'], allowed: ['ERR_PIN_GUARDED'] },
  { kinds: ['counter'], faults: ['9000'], flows: ['individual number'], allowed: ['done', 'ERR_SECURE_MESSAGING'] },
  { kinds: ['counter'], faults: ['6700', '9000'], allowed: ['done'] },
  { kinds: ['counter'], allowed: ['done', 'ERR_STATUS_WORD'] },

  // A look goes on with what else the card says, and a token without the certificate of the CA: what it ends with is the reason that
  // the customer reads. No PIN is asked for on a card that was not understood.
  {
    kinds: ['select'],
    faults: selected,
    flows: looks,
    allowed: ['done', 'other result', 'ERR_CERTIFICATE_ABSENT', 'ERR_PIN_BLOCKED', ...noData],
  },
  { kinds: ['select'], faults: [...notFound, '6982'], flows: looks, allowed: ['done'] },
  { kinds: ['select'], flows: looks, allowed: ['done', 'ERR_STATUS_WORD'] },
  {
    kinds: ['read', 'select-file'],
    faults: selected,
    flows: [...looks, 'Android, '],
    allowed: [...withoutCa, 'ERR_CERTIFICATE_ABSENT', 'ERR_CERTIFICATE', ...noData],
  },
  { kinds: ['read', 'select-file'], faults: notFound, flows: looks, allowed: [...withoutCa, ...absent] },
  { kinds: ['read', 'select-file'], flows: looks, allowed: [...withoutCa, ...refused] },

  // SELECT of an application.
  { kinds: ['select'], faults: ['9000, late', '6281, late', '6100, late', '6110, late'], allowed: ['done'] },
  // It was not carried out, which says nothing of the application; to the first command 6F00 is taken as waking up.
  { kinds: ['select'], faults: failures, flows: ['identify'], allowed: ['done', 'ERR_STATUS_WORD'] },
  { kinds: ['select'], flows: ['identify'], allowed: ['done', 'other result'] },
  // A lie: another application answers what is meant for this one.
  { kinds: ['select'], faults: selected, flows: ['card manager'], allowed: ['other result', 'ERR_FILE_NOT_FOUND'] },
  {
    kinds: ['select'],
    faults: selected,
    allowed: [
      'done',
      'ERR_RESPONSE_MALFORMED',
      'ERR_FILE_NOT_FOUND',
      'ERR_CERTIFICATE_ABSENT',
      'ERR_CARD_DATA',
      'ERR_PIN_BLOCKED',
      'ERR_STATUS_WORD',
    ],
  },
  { kinds: ['select'], faults: notFound, flows: tellsExpiry, allowed: ['done', 'ERR_APPLICATION_NOT_FOUND'] },
  { kinds: ['select'], faults: ['6982'], flows: tellsExpiry, allowed: ['done', 'ERR_SECURITY_STATUS'] },
  { kinds: ['select'], flows: tellsExpiry, allowed: ['done', 'ERR_STATUS_WORD'] },
  { kinds: ['select'], faults: notFound, allowed: ['ERR_APPLICATION_NOT_FOUND'] },
  { kinds: ['select'], faults: ['6982'], allowed: ['ERR_SECURITY_STATUS'] },
  // To the first command it is taken as waking up.
  { kinds: ['select'], faults: ['6F00'], allowed: ['done', 'ERR_STATUS_WORD'] },
  // Any other refusal may be about P2, and the next value is taken.
  { kinds: ['select'], allowed: ['done', 'ERR_STATUS_WORD'] },

  // Secure messaging.
  { kinds: ['session-key'], faults: ['9000, late'], allowed: ['done'] },
  { kinds: ['session-key'], faults: ['9000'], allowed: ['ERR_SECURE_MESSAGING', 'ERR_STATUS_WORD'] },
  { kinds: ['protected-read'], faults: [...endsMessaging, '9000'], allowed: ['ERR_SECURE_MESSAGING'] },
  // A warning without a protected answer: nothing was read, so nothing is said about the file.
  { kinds: ['protected-read'], faults: ['6281'], allowed: ['ERR_RESPONSE_MALFORMED'] },
  { kinds: protectedFlow, faults: ['6982'], allowed: ['ERR_SECURITY_STATUS'] },
  { kinds: protectedFlow, faults: notFound, allowed: ['ERR_FILE_NOT_FOUND'] },
  { kinds: protectedFlow, allowed: ['ERR_STATUS_WORD'] },

  // A label whose answer has no data is not a missing label: the kind is not guessed from the applications.
  { kinds: ['read'], faults: empty, flows: ['identify'], allowed: ['done', 'ERR_RESPONSE_MALFORMED'] },
  { kinds: ['read', 'select-file'], faults: failures, flows: ['identify'], allowed: ['done', 'ERR_STATUS_WORD'] },
  // Without a label it is identified by its applications.
  { kinds: ['read', 'select-file'], flows: ['identify'], allowed: ['done', 'other result'] },

  // Files, records, data objects and signatures that come without their data.
  { kinds: ['select-file'], faults: ['9000, late', '6281, late', '6100, late', '6110, late'], allowed: ['done'] },
  // A lie about the file: another one is read. 61XX says that it is selected as 9000 does (ISO/IEC 7816-4 5.6).
  {
    kinds: ['select-file'],
    faults: selected,
    flows: ['free files', 'service: token'],
    allowed: ['done', 'other result', ...noData],
  },
  {
    kinds: ['select-file'],
    faults: selected,
    flows: ['authenticity'],
    allowed: ['done', 'ERR_VERIFICATION', ...noData],
  },
  { kinds: ['select-file'], faults: selected, allowed: ['done', 'ERR_CERTIFICATE_ABSENT', ...noData] },
  { faults: empty, flows: ['service: token'], allowed: ['done', 'other result', ...noData] },
  { kinds: ['sign'], faults: empty, flows: ['authenticity'], allowed: ['ERR_RESPONSE_MALFORMED'] },
  { kinds: ['sign'], faults: ['9000'], allowed: ['ERR_RESPONSE_MALFORMED'] },
  { kinds: ['sign'], faults: ['6281'], allowed: ['ERR_STATUS_WORD'] },
  { faults: empty, flows: ['authenticity'], allowed: ['done', 'ERR_VERIFICATION', ...noData] },
  { faults: empty, allowed: ['done', ...noData] },

  // The same, refused. What can be had in another way is; what a flow can do without is left out.
  { kinds: ['get-data'], faults: notFound, flows: ['card manager'], allowed: ['other result'] },
  { kinds: ['read', 'select-file'], faults: notFound, flows: ['service: token'], allowed: [...withoutCa, ...absent] },
  { kinds: ['read', 'select-file'], flows: ['service: token'], allowed: [...withoutCa, ...refused] },
  { faults: ['6982'], allowed: ['done', 'ERR_SECURITY_STATUS'] },
  { faults: notFound, allowed: ['done', ...absent] },
  { faults: ['6B00'], allowed: ['done', 'ERR_STATUS_WORD', 'ERR_CARD_DATA'] },
  { allowed: ['done', 'ERR_STATUS_WORD'] },
]

/** The row of a cell. */
export function rowOf(cell: Pick<Cell, 'kind' | 'fault' | 'holdsPin' | 'flow'>): OutcomeRow | undefined {
  const { kind, fault, holdsPin, flow } = cell
  return outcomeRows.find(
    (row) =>
      (row.kinds?.includes(kind) ?? true) &&
      (row.faults?.some((title) => title === fault || `${title}, late` === fault) ?? true) &&
      (row.holdsPin ?? holdsPin) === holdsPin &&
      (row.flows?.some((title) => flow.startsWith(title)) ?? true),
  )
}
