import {
  type BridgeLanguage,
  type BridgeMethod,
  type BridgeService,
  bridgeServices,
  type PinEntry,
  pinEntries,
  programOrigin,
} from '../bridge-client/index.ts'
import type { ServiceChannel } from '../credentials/index.ts'
import { IssuanceServer, type Printer } from '../issuance/index.ts'
import type { ServeVisitOptions } from '../kiosk/index.ts'
import { type Accepted, customerLanguages } from '../messages/index.ts'
import { isIdentifier, isOrigin } from '../token/index.ts'
import type { CardTransport } from '../transport/index.ts'

/** A page or program that may use the bridge. */
export interface BridgeClientOptions {
  /**
   * Origin of the page, as the browser sends it: `https://…`, or `http://` on this machine; compared as a whole. `program` for what
   * is not a page, and sends none.
   */
  readonly origin: string
  /** Methods it may call. Default: all. */
  readonly methods?: readonly BridgeMethod[] | undefined
}

/** An event for the log of the operator. Contains nothing of a person. */
export interface BridgeLogEvent {
  readonly event:
    | 'connection-refused'
    | 'paired'
    | 'resumed'
    | 'request-refused'
    | 'disconnected'
    | 'visit'
    | 'outcome'
    | 'failure'
  readonly [detail: string]: unknown
}

/** Options of {@link startBridge}. */
export interface BridgeOptions {
  /** Its readers. The caller closes it, after the bridge. */
  readonly transport: CardTransport
  /** Filter of readers, by name. Default: all. */
  readonly readers?: ((name: string) => boolean) | undefined
  /** Loopback address. Default `127.0.0.1`. */
  readonly host?: '127.0.0.1' | '::1' | undefined
  /** 0 to 65 535; 0, the default, for any free one. */
  readonly port?: number | undefined
  /** At least one. */
  readonly clients: readonly BridgeClientOptions[]
  /**
   * Called with each one-time secret, 43 characters of base64url: at the start, and after each pairing. Pass it on to the client in a
   * way that no other program can read.
   */
  readonly onSecret: (secret: string) => void | Promise<void>
  /** Where PINs are entered. */
  readonly pinEntry: PinEntry
  /** Whether the digits of the bridge's own page are shuffled. Default false. */
  readonly shuffleDigits?: boolean | undefined
  /** Where the machine stands. Default `convenience-store`. */
  readonly channel?: Exclude<ServiceChannel, 'counter'> | undefined
  /** Services a client may ask for. Default: `token`. */
  readonly services?: readonly BridgeService[] | undefined
  /** Purposes a client may name, 1 to 64 of `A-Z a-z 0-9 . _ -`. At least one. */
  readonly purposes: readonly string[]
  /** For the service `token`: an `IssuanceServer` where documents are issued. Its terminal is this machine's name. */
  readonly server?: ServeVisitOptions['server']
  readonly terminal?: string | undefined
  /** Documents a client may ask for, with the printer they are printed at. Default: none. */
  readonly documents?: readonly string[] | undefined
  readonly printer?: Printer | undefined
  readonly issuanceProfile?: ServeVisitOptions['issuanceProfile']
  /** As in `VerifyPinOptions`, 2 to 15. Default 2. */
  readonly keepTries?: number | undefined
  /** Milliseconds without any action of the customer after which a question ends, 1 000 to 600 000. Default 60 000. */
  readonly idleMs?: number | undefined
  /** How long the screen of an outcome is shown before the customer is asked to take the card, 0 to 600 000. Default 5 000. */
  readonly outcomeMs?: number | undefined
  /** How long a visit waits for its page to reconnect, milliseconds, 0 to 60 000. Default 5 000. */
  readonly resumeMs?: number | undefined
  /** Language of a session until it chooses one. Default `ja`. */
  readonly language?: BridgeLanguage | undefined
  /** Whether staff is at the machine, and whom to call: for the texts. */
  readonly attended?: boolean | undefined
  readonly contact?: string | undefined
  /** What the machine reads, for the text that asks for it. Default `card-or-phone`. */
  readonly accepts?: Accepted | undefined
  /** Version that is named to clients. */
  readonly version?: string | undefined
  readonly onEvent?: ((event: BridgeLogEvent) => void) | undefined
  /** Default: the time of the machine. */
  readonly clock?: (() => Date) | undefined
}

/** The options with their defaults. */
export type Settings = BridgeOptions & { readonly [Name in Defaulted]: NonNullable<BridgeOptions[Name]> }

type Defaulted =
  | 'host'
  | 'port'
  | 'channel'
  | 'services'
  | 'documents'
  | 'idleMs'
  | 'outcomeMs'
  | 'resumeMs'
  | 'language'
  | 'attended'
  | 'accepts'
  | 'onEvent'

/** @throws TypeError, RangeError naming the option. */
export function settingsOf(options: BridgeOptions): Settings {
  const {
    clients,
    purposes,
    pinEntry,
    server,
    terminal,
    printer,
    host = '127.0.0.1',
    port = 0,
    channel = 'convenience-store',
    services = ['token'],
    documents = [],
    idleMs = 60_000,
    outcomeMs = 5_000,
    resumeMs = 5_000,
    language = 'ja',
    attended = false,
    accepts = 'card-or-phone',
    onEvent = () => {},
  } = options
  if (host !== '127.0.0.1' && host !== '::1') throw new TypeError('host must be 127.0.0.1 or ::1')
  within('port', port, 0, 65_535)
  within('idleMs', idleMs, 1_000, 600_000)
  within('outcomeMs', outcomeMs, 0, 600_000)
  within('resumeMs', resumeMs, 0, 60_000)
  if (clients.length === 0) throw new TypeError('clients must name at least one origin')
  if (!clients.every(({ origin }) => isClientOrigin(origin))) {
    throw new TypeError('clients: an origin must be https, or http on this machine, without a path; or "program"')
  }
  if (new Set(clients.map(({ origin }) => origin)).size !== clients.length)
    throw new TypeError('clients: duplicate origin')
  if (!pinEntries.includes(pinEntry)) throw new TypeError('pinEntry must be keypad, bridge-page or client')
  if (!services.every((one) => bridgeServices.includes(one))) throw new TypeError('services: unknown service')
  if (purposes.length === 0 || !purposes.every((one) => isIdentifier(one)))
    throw new TypeError('purposes: missing or invalid')
  if (!documents.every((one) => isIdentifier(one))) throw new TypeError('documents: invalid')
  if (!Object.hasOwn(customerLanguages, language)) throw new TypeError('language: unknown')
  if ((server === undefined) !== (terminal === undefined)) throw new TypeError('server and terminal go together')
  if (services.includes('token') && server === undefined) throw new TypeError('services: token needs a server')
  if (services.length === 0) throw new TypeError('services must name at least one')
  if (documents.length > 0 && !(server instanceof IssuanceServer && printer !== undefined)) {
    throw new TypeError('documents need an IssuanceServer as server, and a printer')
  }
  const defaults = { host, port, channel, services, documents, idleMs, outcomeMs, resumeMs, language, attended }
  return { ...options, ...defaults, accepts, onEvent }
}

function within(name: string, value: number, least: number, most: number): void {
  if (!(Number.isInteger(value) && value >= least && value <= most)) {
    throw new RangeError(`${name} must be ${least} to ${most}`)
  }
}

/** Whether it names a client: the origin of a page that no one on the network can have altered, or `program`. */
export function isClientOrigin(text: string): boolean {
  return text === programOrigin || (isOrigin(text) && !text.includes('*'))
}
