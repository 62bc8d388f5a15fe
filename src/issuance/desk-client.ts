import { type RefusalCode, ServerError } from '../errors.ts'
import { ServerConnection, type ServerConnectionOptions } from '../http-client.ts'
import { isRecord } from '../json.ts'
import { isInstant } from '../token/index.ts'
import { isCaseId } from './case.ts'

/** Options of {@link DeskClient}. */
export interface DeskClientOptions {
  /** Bearer token of the clerk. */
  readonly token: string
  /** Longest wait for one response, milliseconds. Default 15 000. */
  readonly timeoutMs?: number | undefined
  /** Replaces the global `fetch`: for client certificates, proxies. */
  readonly fetch?: typeof fetch | undefined
  readonly signal?: AbortSignal | undefined
}

/** Whether issuing is stopped, and why. */
export interface DeskState {
  readonly stopped: boolean
  readonly stop?:
    | {
        /** Names this stop and all causes found so far, for `resume`. */
        readonly id: string
        /** Causes found so far, from 1; the others are in the audit log. */
        readonly causes: number
        /** Milliseconds since 1970. */
        readonly at: number
        /** Stable identifier of the cause: `subject`, `page-count`, `register-contradiction`, `clerk`. */
        readonly reason: string
        /** Case at which it was found. */
        readonly case?: string | undefined
        /** Clerk who stopped it, and why. */
        readonly clerk?: string | undefined
        readonly note?: string | undefined
      }
    | undefined
}

const refusals: readonly RefusalCode[] = ['ERR_CASE_STATE', 'ERR_STORE_UNAVAILABLE', 'ERR_STORE_FULL']

/**
 * The desk of an issuance server, for a clerk. Every method throws RefusalError `ERR_STORE_UNAVAILABLE`,
 * `ERR_STORE_FULL`; ServerError `ERR_SERVER` without a correct answer, with status 403 for an unknown clerk.
 */
export class DeskClient {
  readonly #connection: ServerConnection

  /** @throws TypeError for an address that is not secure. */
  constructor(address: string, { token, timeoutMs, fetch, signal }: DeskClientOptions) {
    const options: ServerConnectionOptions = { token, timeoutMs, fetch, signal }
    this.#connection = new ServerConnection(address, options)
  }

  state(): Promise<DeskState> {
    return this.#ask('v1/desk')
  }

  /**
   * Stops issuing on all instances.
   *
   * @param note - the clerk's reason, 1 to 500 characters; audited, so without personal data.
   */
  stop(note: string): Promise<DeskState> {
    return this.#ask('v1/desk/stop', { note })
  }

  /**
   * Resumes issuing.
   *
   * @param stop - `id` of the stop as seen in {@link state}.
   * @throws RefusalError `ERR_CASE_STATE` when it is not stopped, or a further cause was found meanwhile.
   */
  resume(note: string, stop: string): Promise<DeskState> {
    return this.#ask('v1/desk/resume', { note, stop })
  }

  async #ask(path: string, body?: object): Promise<DeskState> {
    return parseState(await this.#connection.ask(path, body, { status: 200, refusals }))
  }
}

function parseState(answer: unknown): DeskState {
  const { stopped, stop } = isRecord(answer) ? answer : {}
  if (stopped === false) return { stopped }
  const { id, causes, at, reason, case: found, clerk, note } = isRecord(stop) ? stop : {}
  const isText = (value: unknown): value is string | undefined => value === undefined || typeof value === 'string'
  const isWellFormed = stopped === true && isInstant(at) && typeof reason === 'string' && isText(clerk) && isText(note)
  const isNamed = typeof id === 'string' && /^[\d-]{1,64}$/.test(id) && Number.isSafeInteger(causes)
  if (!isWellFormed || !isNamed || !(found === undefined || isCaseId(found))) {
    throw new ServerError('malformed answer from the server: stop')
  }
  return { stopped, stop: { id, causes: causes as number, at: Date.parse(at), reason, case: found, clerk, note } }
}
