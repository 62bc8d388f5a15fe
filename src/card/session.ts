import {
  type CommandApdu,
  carriesData,
  classifyStatus,
  describeStatus,
  ins,
  isConclusive,
  isSecret,
  type ResponseApdu,
  type SelectAnswer,
  selectApplication,
  selectFile,
} from '../apdu/index.ts'
import { adoptResponse } from '../apdu/response.ts'
import { equalBytes } from '../bytes.ts'
import { PinError, ResponseError, StateNotClearedError, StatusWordError, TransportError } from '../errors.ts'
import type { CardConnection, Disposition } from '../transport/index.ts'
import type { CardApplication } from './application.ts'
import { exits } from './application.ts'
import { type Capabilities, initialCapabilities } from './capabilities.ts'
import type { Protection } from './exchange.ts'
import { exchange } from './exchange.ts'
import { codeOf, type ExchangeMessage, exchangeChannel } from './statistics.ts'

const isCode = (error: unknown, ...codes: readonly string[]): boolean =>
  error instanceof TransportError && codes.includes(error.code)

/** Another program reset the card, which is still present. */
const isReset = (error: unknown): error is TransportError => isCode(error, 'ERR_CARD_RESET')

/** The card was removed: no PIN is verified on it any more. */
export const isRemoval = (error: unknown): boolean => isCode(error, 'ERR_CARD_REMOVED', 'ERR_NO_CARD')

/** The connection is unusable, so closing it does not determine the state of the card. */
export const isDead = (error: unknown): boolean =>
  isCode(error, 'ERR_TIMEOUT', 'ERR_CONNECTION_CLOSED', 'ERR_SERVICE_UNAVAILABLE')

/** Commands that change neither the application nor its verified PINs, successful or not. */
const reads: ReadonlySet<number> = new Set([ins.readBinary, ins.readRecord, ins.getData])

/**
 * Whether it is unknown if the card executed the command, and so which application is selected. A truncated response
 * leaves no doubt if the command only reads.
 *
 * @param instruction - INS of the command.
 */
export const losesTrack = (error: unknown, instruction: number): boolean =>
  (error instanceof ResponseError && !reads.has(instruction)) ||
  (error instanceof TransportError && error.code !== 'ERR_READER_BUSY')

/** State in which a session left the card. */
export interface ClearReport {
  /** No PIN of this session, or of an earlier one, is verified on the card any more. */
  readonly cleared: boolean
  /** What cleared it. */
  readonly by: 'select' | 'power-down' | 'card-removed' | 'nothing'
  /** Why it could not be cleared, or why SELECT was not enough. */
  readonly cause?: unknown
}

/** One exchange between session and card, for counting and timing. Contains no data. */
export interface ExchangeEvent {
  readonly command: string
  readonly ins: number
  /** Status word of the whole response. */
  readonly sw: number
  readonly commandBytes: number
  readonly responseBytes: number
  /** Milliseconds from the first byte out to the last byte in, GET RESPONSE included. */
  readonly milliseconds: number
}

/** Options of {@link CardSession}. */
export interface CardSessionOptions {
  /** Preset capabilities, for a reader or card with known limitations. */
  readonly capabilities?: Partial<Capabilities>
  /** Called after every command with a response. Must not throw. */
  readonly onExchange?: (event: ExchangeEvent) => void
}

/** Keys of the methods only the PIN guard uses. */
export const sendSecret: unique symbol = Symbol('sendSecret')
export const sendByReader: unique symbol = Symbol('sendByReader')
export const noteVerified: unique symbol = Symbol('noteVerified')
/** Keys of the methods only an application with secure messaging uses. */
export const protect: unique symbol = Symbol('protect')
export const unprotect: unique symbol = Symbol('unprotect')
/** Key of the method that selects a file. */
export const selectEf: unique symbol = Symbol('selectEf')
/** Key of the method that wraps reading operations. */
export const overReset: unique symbol = Symbol('overReset')
/** Key of the property that a counter which was read before depends on. */
export const pinEpoch: unique symbol = Symbol('pinEpoch')

/**
 * A session with one card on one connection. Owns the connection: closing the session clears every verified PIN and
 * disconnects. Use `await using`, or `close()` in `finally`.
 */
export class CardSession implements AsyncDisposable {
  readonly connection: CardConnection
  /** Capabilities determined so far. Shared by all applications of this session. */
  readonly capabilities: Capabilities
  readonly #onExchange: ((event: ExchangeEvent) => void) | undefined
  #exchanges = 0
  #current: CardApplication | undefined
  readonly #verified = new Set<object>()
  #epoch: object = {}
  #tail: Promise<unknown> = Promise.resolve()
  #closed: Promise<ClearReport> | undefined
  #ended = false
  #asleep = true
  #protection: Protection | undefined
  /** Working response form of SELECT, by its P1. */
  readonly #selectAnswers = new Map<number, SelectAnswer>()
  /** Refusals of SELECT, by its P1, that were the same in every form. */
  readonly #selectRefusals = new Map<number, Set<number>>()
  readonly #selectIsSettled: boolean

  /** Takes ownership of the connection. Nothing is sent yet. */
  constructor(connection: CardConnection, options: CardSessionOptions = {}) {
    this.connection = connection
    this.capabilities = { ...initialCapabilities(connection.atr), ...options.capabilities }
    this.#onExchange = options.onExchange
    this.#selectIsSettled = options.capabilities?.selectWithoutData === 'yes'
  }

  /** Exchanges with the card so far: every command APDU sent counts, GET RESPONSE included. */
  get exchanges(): number {
    return this.#exchanges
  }

  /** The application selected by this session, or `undefined` before the first. */
  get currentApplication(): CardApplication | undefined {
    return this.#current
  }

  /**
   * Runs one multi-command operation alone; overlapping calls wait for their turn. Not re-entrant: `body` must not call
   * `exclusively` of the same session.
   */
  exclusively<T>(body: () => Promise<T>): Promise<T> {
    const turn = this.#tail.then(body)
    this.#tail = turn.catch(() => undefined)
    return turn
  }

  /**
   * Sends a command and returns the whole response with its status word; never throws on a status word.
   *
   * @throws PinError `ERR_RAW_VERIFY_REFUSED` for VERIFY with data, CHANGE and RESET RETRY COUNTER: use the
   *   PIN guard.
   * @throws TransportError when the transport fails.
   * @throws ResponseError for a malformed response APDU.
   */
  transmit(command: CommandApdu): Promise<ResponseApdu> {
    if (isSecret(command)) {
      const message = `${command.name} is allowed through verifyPin or changePin only`
      return Promise.reject(new PinError('ERR_RAW_VERIFY_REFUSED', message, { pin: 'unknown' }))
    }
    if (this.#ended) return Promise.reject(this.#endedError())
    if (command.ins === ins.select && command.p1 === 0x04) this.#forget()
    return this.#exchange(command)
  }

  /** Sends a command with a PIN, exactly once. For the PIN guard. @internal */
  async [sendSecret](command: CommandApdu): Promise<ResponseApdu> {
    this.#requireOpen()
    return this.#exchange(command)
  }

  /**
   * Has the reader insert a PIN into a command and send it, exactly once. For PIN pads, under the PIN guard. @internal
   */
  async [sendByReader](
    command: CommandApdu,
    code: number,
    structure: Uint8Array,
    timeoutMs: number,
  ): Promise<ResponseApdu> {
    this.#requireOpen()
    this.#epoch = {}
    const { control } = this.connection
    if (control === undefined) throw new TypeError('this connection has no control transfers')
    const started = performance.now()
    this.#count()
    try {
      const response = adoptResponse(await control.send(code, structure, timeoutMs))
      this.#publish(command, started, response, undefined)
      return response
    } catch (error) {
      this.#publish(command, started, undefined, codeOf(error))
      return this.#lost(error, command.ins)
    }
  }

  /** Whether this session itself verified the PIN, and nothing has cleared it since. */
  hasVerified(pin: object): boolean {
    return this.#verified.has(pin)
  }

  /**
   * Installs secure messaging for the exchanges of one application; a former one is ended. Selection or reset ends it
   * too, but it stays installed, so that nothing it protects is sent in plain. @internal
   */
  [protect](protection: Protection): void {
    this.#protection?.end()
    this.#protection = protection
  }

  /** Ends it, and removes it if still installed. @internal */
  [unprotect](protection: Protection): void {
    protection.end()
    if (this.#protection === protection) this.#protection = undefined
  }

  /**
   * Another object after each command that may change a PIN, its counter, or what a reference to it means: all but reading and selecting
   * files. `undefined` while another program may use the card too. For the PIN guard. @internal
   */
  get [pinEpoch](): object | undefined {
    return this.connection.exclusive === true ? this.#epoch : undefined
  }

  /** Whether commands to the current application use secure messaging. */
  get isProtected(): boolean {
    return this.#protection !== undefined && this.#isCurrent(this.#protection.application)
  }

  /** Records the result of a VERIFY. For the PIN guard. @internal */
  [noteVerified](pin: object, verified: boolean): void {
    if (verified) this.#verified.add(pin)
    else this.#verified.delete(pin)
  }

  /**
   * Sends a command and returns its data.
   *
   * @throws StatusWordError for any status but 9000 and the warnings.
   */
  async send(command: CommandApdu): Promise<Uint8Array> {
    const response = await this.transmit(command)
    if (!carriesData(classifyStatus(response.sw))) throw statusError(command.name, response.sw)
    return response.data
  }

  /**
   * Selects an application. The card clears every PIN verified in another one; it keeps those of the current one.
   *
   * @throws StatusWordError `ERR_APPLICATION_NOT_FOUND` when the card does not have it.
   */
  selectApplication(application: CardApplication): Promise<void> {
    return this[overReset](() => this.#select(application))
  }

  /**
   * Runs a step that needs only the current application and sends no PIN, and repeats it once if another program reset
   * the card meanwhile: reconnects, clears PINs that survived the reset, selects the application. While a PIN verified
   * by this session is required, `ERR_CARD_RESET` is passed to the caller, who has to ask for the PIN again.
   * @internal
   */
  async [overReset]<T>(step: () => Promise<T>): Promise<T> {
    this.#requireOpen()
    const application = this.#current
    const holdsPin = this.#verified.size > 0
    try {
      return await step()
    } catch (error) {
      if (holdsPin || !isReset(error)) throw error
      await this.reconnect('leave')
      await this.clear()
      if (application !== undefined) await this.#select(application)
      return await step()
    }
  }

  async #select(application: CardApplication): Promise<void> {
    const again = this.#isCurrent(application)
    this.#protection?.end()
    const response = await this.#selectAsTaken((answer) => selectApplication(application.aid, answer))
    const status = classifyStatus(response.sw)
    if (status.kind === 'not-found') {
      const name = `SELECT ${application.id} application`
      throw new StatusWordError('ERR_APPLICATION_NOT_FOUND', name, response.sw, 'not on this card')
    }
    const selected = isSelected(response)
    if (!again || !selected) this.#forget()
    if (!selected) throw statusError(`SELECT ${application.id} application`, response.sw)
    this.#current = application
  }

  /**
   * Selects a file of the current application, in a form that card and reader support.
   *
   * @throws StatusWordError `ERR_FILE_NOT_FOUND` when it is missing. @internal
   */
  async [selectEf](fid: number): Promise<void> {
    this.#requireOpen()
    const response = await this.#selectAsTaken((answer) => selectFile(fid, answer))
    if (!isSelected(response)) throw statusError('SELECT file', response.sw)
  }

  /** SELECT, which has no effect when refused: after a refusal the other values of P2 are tried once each. */
  async #selectAsTaken(build: (answer: SelectAnswer) => CommandApdu): Promise<ResponseApdu> {
    const { capabilities } = this
    const [first = 'none', ...others] = this.#selectForms(build('none').p1)
    const command = build(first)
    const refused = await this.#exchange(command)
    const refusals = this.#selectRefusals.get(command.p1) ?? new Set()
    if (isSelected(refused) || isConclusive(refused.sw)) {
      this.#selectAnswers.set(command.p1, first)
      if (first === 'none' && capabilities.selectWithoutData === 'unknown') capabilities.selectWithoutData = 'yes'
      return refused
    }
    // 6F00 is not specific, and also the first response of some cards after power-up.
    if (refusals.has(refused.sw) || refused.sw === noDiagnosis) return refused
    for (const answer of others) {
      const response = await this.#exchange(build(answer))
      if (!isSelected(response) && !isConclusive(response.sw)) continue
      this.#selectAnswers.set(command.p1, answer)
      if (first === 'none') capabilities.selectWithoutData = 'no'
      return response
    }
    if (others.length > 0) this.#selectRefusals.set(command.p1, refusals.add(refused.sw))
    return refused
  }

  /** Forms of SELECT in order of trial; only the working one once known. */
  #selectForms(p1: number): readonly SelectAnswer[] {
    const known = this.#selectAnswers.get(p1)
    if (known !== undefined) return [known]
    if (this.#selectIsSettled) return ['none']
    return this.capabilities.selectWithoutData === 'no' ? ['fci', 'fcp', 'none'] : ['none', 'fci', 'fcp']
  }

  /** Selects the application unless it is the current one. */
  async ensureApplication(application: CardApplication): Promise<void> {
    if (!this.#isCurrent(application)) await this.selectApplication(application)
  }

  /** Runs one operation exclusively in an application, selected first unless current; see {@link exclusively}. */
  within<T>(application: CardApplication, body: () => Promise<T>): Promise<T> {
    return this.exclusively(async () => {
      await this.ensureApplication(application)
      return body()
    })
  }

  /**
   * Clears every verified PIN now: selects another application, or powers the card down and up if there is none
   * (phones). Afterwards no known application is current.
   */
  async clear(): Promise<void> {
    this.#requireOpen()
    if (!(await this.#leave())) await this.reconnect('unpower')
  }

  /**
   * Reconnects after `ERR_CARD_RESET` (`leave`, so as not to reset the card for the program that reset it), or resets
   * the card or powers it down and up. The application has to be selected again; a warm reset may leave PINs verified
   * on the card, but none counts as verified by this session any more.
   *
   * Use this, not `connection.reconnect`, which the session does not notice.
   */
  async reconnect(disposition: Disposition = 'reset'): Promise<void> {
    this.#requireOpen()
    this.#forget()
    await this.connection.reconnect(disposition)
    this.#asleep = true
  }

  /**
   * Ends the session: clears verified PINs by selecting another application, else powers the card down, and closes the
   * connection. Never throws; idempotent; waits for a running operation first.
   *
   * @returns what was cleared and how. `cleared: false` means the next program may find a PIN verified: prevent use of
   *   the card until it has been removed from the reader.
   */
  close(): Promise<ClearReport> {
    this.#closed ??= this.#tail.then(() => this.#clearAndClose())
    return this.#closed
  }

  /**
   * Ends the session and leaves the card as it is: for a phone that has verified its holder, until the signature is made in
   * another session. A session that has verified a PIN itself clears as {@link close} does. Never throws; idempotent.
   *
   * @returns `cleared: false` when it was left.
   */
  leave(): Promise<ClearReport> {
    this.#closed ??= this.#tail.then(async () => {
      if (this.#verified.size > 0) return this.#clearAndClose()
      this.#ended = true
      this.#protection?.end()
      await this.connection.close('leave').catch(() => undefined)
      return { cleared: false, by: 'nothing' }
    })
    return this.#closed
  }

  /** Closes. @throws StateNotClearedError `ERR_STATE_NOT_CLEARED` when verified state may have been left behind. */
  async [Symbol.asyncDispose](): Promise<void> {
    const report = await this.close()
    if (!report.cleared) {
      throw new StateNotClearedError('a PIN may still be verified on the card: remove the card from the reader', {
        cause: report.cause,
      })
    }
  }

  async #leave(): Promise<boolean> {
    for (const exit of exits) {
      if (this.#isCurrent(exit)) continue
      const response = await this.#selectAsTaken((answer) => selectApplication(exit.aid, answer))
      // A warning does not prove that the other application was deselected.
      if (response.sw === 0x9000) {
        this.#forget()
        this.#current = exit
        return true
      }
    }
    return false
  }

  async #clearAndClose(): Promise<ClearReport> {
    this.#ended = true
    this.#protection?.end()
    let cause: unknown
    try {
      if (await this.#leave()) {
        await this.connection.close('leave').catch(() => undefined)
        return { cleared: true, by: 'select' }
      }
    } catch (error) {
      cause = error
    }
    try {
      await this.connection.close('unpower')
    } catch (error) {
      if (!isRemoval(cause)) return { cleared: false, by: 'nothing', cause: error }
    }
    if (isRemoval(cause)) return { cleared: true, by: 'card-removed', cause }
    if (isDead(cause)) return { cleared: false, by: 'nothing', cause }
    return { cleared: true, by: 'power-down', ...(cause !== undefined && { cause }) }
  }

  #isCurrent(application: CardApplication): boolean {
    return this.#current !== undefined && equalBytes(this.#current.aid, application.aid)
  }

  #forget(): void {
    this.#epoch = {}
    this.#protection?.end()
    this.#current = undefined
    this.#verified.clear()
  }

  #requireOpen(): void {
    if (this.#ended) throw this.#endedError()
  }

  #endedError(): TransportError {
    return new TransportError('ERR_CONNECTION_CLOSED', 'the session is closed', { reader: this.connection.reader })
  }

  #exchange(command: CommandApdu): Promise<ResponseApdu> {
    // Selecting another application is noted by forgetting this one.
    if (!reads.has(command.ins) && command.ins !== ins.select) this.#epoch = {}
    const observed = this.#asleep || this.#onExchange !== undefined || exchangeChannel.hasSubscribers
    return (observed ? this.#observed(command) : this.#send(command)).catch((error) => this.#lost(error, command.ins))
  }

  /** It is unknown whether the card executed the command, and so what is selected and verified on it. */
  #lost(error: unknown, instruction: number): never {
    if (losesTrack(error, instruction)) this.#forget()
    throw error
  }

  async #observed(command: CommandApdu): Promise<ResponseApdu> {
    const started = performance.now()
    let response: ResponseApdu
    try {
      response = await this.#send(command)
      // Facts 4.3: the first command after power-up may be answered 6F00, once.
      if (response.sw === noDiagnosis && this.#asleep && !isSecret(command)) response = await this.#send(command)
    } catch (error) {
      this.#publish(command, started, undefined, codeOf(error))
      throw error
    }
    this.#asleep = false
    this.#publish(command, started, response, undefined)
    return response
  }

  #publish(command: CommandApdu, started: number, response: ResponseApdu | undefined, error: string | undefined): void {
    const observed = {
      command: command.name,
      ins: command.ins,
      commandBytes: command.data?.length ?? 0,
      responseBytes: response?.data.length ?? 0,
      milliseconds: performance.now() - started,
    }
    if (response !== undefined) this.#onExchange?.({ ...observed, sw: response.sw })
    if (!exchangeChannel.hasSubscribers) return
    const message: ExchangeMessage = { ...observed, reader: this.connection.reader, sw: response?.sw, error }
    exchangeChannel.publish(message)
  }

  #send(command: CommandApdu): Promise<ResponseApdu> {
    return this.#protection !== undefined && this.isProtected
      ? this.#sendProtected(this.#protection, command)
      : this.#sendPlain(command)
  }

  async #sendProtected(protection: Protection, command: CommandApdu): Promise<ResponseApdu> {
    const wrapped = protection.wrap(command)
    if (wrapped === undefined) return this.#sendPlain(command)
    try {
      return protection.unwrap(await this.#sendPlain(wrapped))
    } catch (error) {
      // It is unknown whether the card incremented its counter.
      protection.end()
      throw error
    }
  }

  #sendPlain(command: CommandApdu): Promise<ResponseApdu> {
    return exchange(this.connection, command, this.capabilities.extendedLength !== 'no', this.#count)
  }

  readonly #count = (): void => {
    this.#exchanges++
  }
}

const noDiagnosis = 0x6f00

/** Whether SELECT was successful: 9000, a warning, or 61XX, with or without available data. */
function isSelected({ sw }: ResponseApdu): boolean {
  const status = classifyStatus(sw)
  return carriesData(status) || status.kind === 'more-data'
}

/** The error for a refused command. */
export function statusError(command: string, sw: number): StatusWordError {
  const { kind } = classifyStatus(sw)
  const code =
    kind === 'security-status' ? 'ERR_SECURITY_STATUS' : kind === 'not-found' ? 'ERR_FILE_NOT_FOUND' : 'ERR_STATUS_WORD'
  return new StatusWordError(code, command, sw, describeStatus(sw))
}
