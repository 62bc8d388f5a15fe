import { Buffer } from 'node:buffer'
import { copyBytes } from '../bytes.ts'
import { type RefusalCode, RefusalError, ServerError } from '../errors.ts'
import { ServerConnection, type ServerConnectionOptions } from '../http-client.ts'
import { isRecord } from '../json.ts'
import { isIdentifier, isInstant } from '../token/index.ts'
import type { CallOptions } from './terminal.ts'

/** Certificates of a municipal issuing machine that have a PIN of their own, and their Japanese names. */
export const municipalPinKinds = {
  'residence-record': '住民票の写し',
  'seal-registration': '印鑑登録証明書',
  income: '所得証明書',
  'income-tax': '所得課税証明書',
  'family-register': '戸籍全部事項証明書',
  'family-register-supplement': '戸籍の附票の写し',
} as const

/** One of {@link municipalPinKinds}. */
export type MunicipalPinKind = keyof typeof municipalPinKinds

/** State of a municipal PIN, for staff. */
export interface MunicipalPinStatus {
  readonly registered: boolean
  readonly locked: boolean
  /** Why it is locked: by a clerk, by `maxTries` or by `maxWrongTries`. */
  readonly lockedBy?: 'clerk' | 'tries' | 'wrong-tries' | undefined
  /** Wrong PINs until it locks. */
  readonly triesLeft: number
  /**
   * All wrong PINs since a clerk registered or unlocked it; not reset by correct PINs. Shows guessing of one or two
   * PINs between correct entries.
   */
  readonly wrongTries: number
  readonly firstWrong?: Date | undefined
  readonly lastWrong?: Date | undefined
  readonly lastRight?: Date | undefined
  /** Hashed with a former key or at less than the present cost; hashed again after the next correct PIN. */
  readonly outdated: boolean
}

/** Whether a value may be the user id of a municipal PIN: text of 1 to 128 characters. */
export function isMunicipalUserId(value: unknown): value is string {
  // All lone surrogates encode to U+FFFD and would be the same user.
  return typeof value === 'string' && value.length >= 1 && value.length <= 128 && !/\p{Surrogate}/u.test(value)
}

/** Whether a value is one of {@link municipalPinKinds}. */
export function isMunicipalPinKind(value: unknown): value is MunicipalPinKind {
  return typeof value === 'string' && Object.hasOwn(municipalPinKinds, value)
}

/** Options of a connection to a server with municipal PINs. */
interface MunicipalPinOptions {
  /** Longest wait for one response, milliseconds. Default 15 000. */
  readonly timeoutMs?: number | undefined
  /** Replaces the global `fetch`: for client certificates, proxies. It must send a request once only. */
  readonly fetch?: typeof fetch | undefined
  readonly signal?: AbortSignal | undefined
}

/** Options of {@link MunicipalPinServer}. */
export interface MunicipalPinServerOptions extends MunicipalPinOptions {
  /** Name of this terminal, as at the server. */
  readonly terminal: string
  /** Bearer token of this terminal. Default: none is sent. */
  readonly token?: string | undefined
}

/** Options of {@link MunicipalPinClerk}. */
export interface MunicipalPinClerkOptions extends MunicipalPinOptions {
  /** Bearer token of the clerk. */
  readonly token: string
}

const everywhere: readonly RefusalCode[] = ['ERR_MUNICIPAL_PIN_BUSY', 'ERR_STORE_UNAVAILABLE', 'ERR_STORE_FULL']
/** Refusals of a PIN that was entered. */
const tryRefusals: readonly RefusalCode[] = [
  ...everywhere,
  'ERR_TOKEN_TERMINAL',
  'ERR_MUNICIPAL_PIN_FORMAT',
  'ERR_MUNICIPAL_PIN_REJECTED',
  'ERR_MUNICIPAL_PIN_LOCKED',
  'ERR_MUNICIPAL_PIN_NOT_REGISTERED',
]
const registerRefusals: readonly RefusalCode[] = [...everywhere, 'ERR_MUNICIPAL_PIN_FORMAT']
const clerkRefusals: readonly RefusalCode[] = [...everywhere, 'ERR_MUNICIPAL_PIN_NOT_REGISTERED']

/**
 * The municipal PINs of a server, for an issuing machine that has read a user id from a card or a magnetic stripe.
 *
 * Each call is one request: a PIN is never sent again. `ERR_SERVER` leaves open whether a try was spent, or the PIN changed;
 * only the user, who enters the PIN again, may repeat it. A PIN is bytes, the digits in ASCII: the given array is wiped
 * before the call returns its promise, the copy when the promise settles. The text of the request cannot be wiped.
 *
 * @example
 * ```ts
 * import { MunicipalPinServer } from 'jpki-card/issuance'
 *
 * const server = new MunicipalPinServer('https://issue.example', { terminal: 'kiosk-1', token })
 * await server.verify(userId, 'residence-record', pin) // rejects unless it is correct: `triesLeft` of the RefusalError
 * ```
 */
export class MunicipalPinServer {
  /** Name of this terminal. */
  readonly terminal: string
  readonly #connection: ServerConnection

  /** @throws TypeError for an address that is not `https`, or `http` on the local machine; for a terminal that is not a name. */
  constructor(address: string, { terminal, ...options }: MunicipalPinServerOptions) {
    if (!isIdentifier(terminal)) throw new TypeError('terminal must be 1 to 64 of A-Z a-z 0-9 . _ -')
    this.terminal = terminal
    this.#connection = new ServerConnection(address, connectionOptions(options))
  }

  /**
   * Verifies a PIN. Spends a try; a correct PIN resets the count.
   *
   * @param userId - 1 to 128 characters.
   * @param pin - 4 to 16 digits, in ASCII; wiped.
   * @throws RefusalError `ERR_MUNICIPAL_PIN_REJECTED`, `ERR_MUNICIPAL_PIN_LOCKED`, with `triesLeft` where the server has said
   *   it; `ERR_MUNICIPAL_PIN_NOT_REGISTERED` where the server reveals it; `ERR_MUNICIPAL_PIN_FORMAT`,
   *   `ERR_MUNICIPAL_PIN_BUSY` (no try is spent); `ERR_TOKEN_TERMINAL`, `ERR_STORE_UNAVAILABLE`, `ERR_STORE_FULL`;
   *   `ERR_ANSWER_MISMATCH` for a refusal of another request.
   * @throws ServerError `ERR_SERVER` without a correct answer: a try may be spent. @throws TypeError for other arguments.
   */
  verify(
    userId: string,
    kind: MunicipalPinKind,
    pin: Uint8Array,
    { signal }: Partial<CallOptions> = {},
  ): Promise<void> {
    return withPins({ pin }, (digits) => this.#enter('verify', { userId, kind }, digits, signal))
  }

  /**
   * Changes a PIN with the present one. Spends a try.
   *
   * @param pin - the present one, 4 to 16 digits, in ASCII; wiped.
   * @param newPin - likewise.
   * @throws RefusalError, ServerError, TypeError as {@link verify}; `ERR_SERVER` also leaves open which PIN is valid.
   */
  change(
    userId: string,
    kind: MunicipalPinKind,
    pin: Uint8Array,
    newPin: Uint8Array,
    { signal }: Partial<CallOptions> = {},
  ): Promise<void> {
    return withPins({ pin, newPin }, (digits) => this.#enter('change', { userId, kind }, digits, signal))
  }

  async #enter(action: 'verify' | 'change', subject: Subject, digits: object, signal?: AbortSignal): Promise<void> {
    const body = { ...checked(subject), ...digits, terminal: this.terminal }
    requireDone(await this.#connection.ask(pathOf(action), body, { status: 200, refusals: tryRefusals, signal }))
  }
}

/**
 * The municipal PINs of a server, for a clerk who has verified the identity of the user. Every method throws RefusalError
 * `ERR_MUNICIPAL_PIN_BUSY`, `ERR_STORE_UNAVAILABLE`, `ERR_STORE_FULL`; ServerError `ERR_SERVER` without a correct answer,
 * with status 403 for an unknown clerk; TypeError for arguments that are not as described. After `ERR_SERVER`,
 * {@link status} returns what holds.
 */
export class MunicipalPinClerk {
  readonly #connection: ServerConnection

  /** @throws TypeError for an address that is not secure. */
  constructor(address: string, options: MunicipalPinClerkOptions) {
    this.#connection = new ServerConnection(address, connectionOptions(options))
  }

  /**
   * Sets or replaces a PIN and unlocks it.
   *
   * @param pin - 4 to 16 digits, in ASCII; wiped as by {@link MunicipalPinServer}.
   * @throws RefusalError `ERR_MUNICIPAL_PIN_FORMAT`.
   */
  register(
    userId: string,
    kind: MunicipalPinKind,
    pin: Uint8Array,
    { signal }: Partial<CallOptions> = {},
  ): Promise<void> {
    return withPins({ pin }, async (digits) => {
      requireDone(await this.#ask('register', { userId, kind }, signal, registerRefusals, digits))
    })
  }

  /** Locks a PIN until it is unlocked or registered. @throws RefusalError `ERR_MUNICIPAL_PIN_NOT_REGISTERED`. */
  async lock(userId: string, kind: MunicipalPinKind, { signal }: Partial<CallOptions> = {}): Promise<void> {
    requireDone(await this.#ask('lock', { userId, kind }, signal))
  }

  /** Unlocks a PIN and resets all counts. @throws RefusalError `ERR_MUNICIPAL_PIN_NOT_REGISTERED`. */
  async unlock(userId: string, kind: MunicipalPinKind, { signal }: Partial<CallOptions> = {}): Promise<void> {
    requireDone(await this.#ask('unlock', { userId, kind }, signal))
  }

  /** Removes a PIN. @throws RefusalError `ERR_MUNICIPAL_PIN_NOT_REGISTERED`. */
  async remove(userId: string, kind: MunicipalPinKind, { signal }: Partial<CallOptions> = {}): Promise<void> {
    requireDone(await this.#ask('remove', { userId, kind }, signal))
  }

  /** State of a PIN. Spends no try. */
  async status(
    userId: string,
    kind: MunicipalPinKind,
    { signal }: Partial<CallOptions> = {},
  ): Promise<MunicipalPinStatus> {
    return statusOf(await this.#ask('status', { userId, kind }, signal, everywhere))
  }

  async #ask(
    action: string,
    subject: Subject,
    signal: AbortSignal | undefined,
    refusals: readonly RefusalCode[] = clerkRefusals,
    digits: object = {},
  ): Promise<unknown> {
    return this.#connection.ask(pathOf(action), { ...checked(subject), ...digits }, { status: 200, refusals, signal })
  }
}

/** The user and the certificate a PIN is for. */
interface Subject {
  readonly userId: string
  readonly kind: MunicipalPinKind
}

function connectionOptions({
  token,
  timeoutMs,
  fetch,
  signal,
}: MunicipalPinOptions & { readonly token?: string | undefined }): ServerConnectionOptions {
  return { token, timeoutMs, fetch, signal }
}

function pathOf(action: string): string {
  return `v1/municipal-pins/${action}`
}

/** @throws TypeError. */
function checked({ userId, kind }: Subject): Subject {
  if (!isMunicipalUserId(userId)) throw new TypeError('userId must be text of 1 to 128 characters')
  if (!isMunicipalPinKind(kind)) throw new TypeError('kind must be one of municipalPinKinds')
  return { userId, kind }
}

/**
 * Takes ownership of PINs for one call, which gets their digits as texts.
 *
 * @throws TypeError; RefusalError `ERR_MUNICIPAL_PIN_FORMAT` for what is a PIN at no server.
 */
async function withPins<Name extends string>(
  pins: Readonly<Record<Name, Uint8Array>>,
  use: (digits: Readonly<Record<string, string>>) => Promise<void>,
): Promise<void> {
  const given = Object.entries<Uint8Array>(pins)
  if (!given.every(([, pin]) => pin instanceof Uint8Array)) throw new TypeError('a PIN must be a Uint8Array')
  const own = given.map(([name, pin]) => [name, copyBytes(pin)] as const)
  for (const [, pin] of given) pin.fill(0)
  try {
    for (const [, pin] of own) {
      if (pin.length < 4 || pin.length > 16 || !pin.every((byte) => byte >= 0x30 && byte <= 0x39)) {
        throw new RefusalError('ERR_MUNICIPAL_PIN_FORMAT', 'invalid PIN format')
      }
    }
    await use(Object.fromEntries(own.map(([name, pin]) => [name, Buffer.from(pin).toString('latin1')])))
  } finally {
    for (const [, pin] of own) pin.fill(0)
  }
}

/** @throws ServerError `ERR_SERVER` for anything but the answer that it is done. */
function requireDone(answer: unknown): void {
  if (!isRecord(answer) || answer['ok'] !== true) throw new ServerError('malformed answer from the server: ok')
}

const lockers: ReadonlySet<unknown> = new Set([undefined, 'clerk', 'tries', 'wrong-tries'])

/** @throws ServerError `ERR_SERVER` for anything but a status. */
function statusOf(answer: unknown): MunicipalPinStatus {
  requireDone(answer)
  const { registered, locked, lockedBy, triesLeft, wrongTries, firstWrong, lastWrong, lastRight, outdated } =
    answer as Readonly<Record<string, unknown>>
  const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0
  const isTime = (value: unknown): value is string | undefined => value === undefined || isInstant(value)
  const areFlags = [registered, locked, outdated].every((flag) => typeof flag === 'boolean')
  // A locked PIN has a cause and no tries, any other one neither.
  const isConsistent = locked === (lockedBy !== undefined) && locked === (triesLeft === 0)
  if (!areFlags || !lockers.has(lockedBy) || !isCount(triesLeft) || !isCount(wrongTries) || !isConsistent) {
    throw new ServerError('malformed answer from the server: status')
  }
  if (!isTime(firstWrong) || !isTime(lastWrong) || !isTime(lastRight)) {
    throw new ServerError('malformed answer from the server: time')
  }
  const time = (text: string | undefined): Date | undefined => (text === undefined ? undefined : new Date(text))
  return {
    registered: registered as boolean,
    locked: locked as boolean,
    lockedBy: lockedBy as MunicipalPinStatus['lockedBy'],
    triesLeft,
    wrongTries,
    firstWrong: time(firstWrong),
    lastWrong: time(lastWrong),
    lastRight: time(lastRight),
    outdated: outdated as boolean,
  }
}
