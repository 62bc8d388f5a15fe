import { RefusalError } from '../../errors.ts'
import { isMunicipalPinKind, isMunicipalUserId, type MunicipalPinKind } from '../../issuance/index.ts'
import type { MunicipalPins } from '../municipal-pin/municipal-pins.ts'
import type { Admission } from './admission.ts'
import { type Exchange, type Job, json } from './exchange.ts'
import { askerOf, type Fields, requireOnly, textOf } from './fields.ts'
import type { Gate } from './gate.ts'
import { readJsonBody } from './json-body.ts'
import type { Authentication } from './options.ts'
import { RequestProblem } from './problem.ts'

/** What the routes of municipal PINs share. */
export interface PinServing {
  readonly pins: MunicipalPins
  readonly gate: Gate
  readonly admission: Admission
  readonly maxBytes: number
}

/** The user and the certificate a PIN is for. */
interface Subject {
  readonly userId: string
  readonly kind: MunicipalPinKind
}

/** Longest PIN that is passed on, digits: the longest that can be registered has 16. */
const longestPin = 64

/** `POST /v1/municipal-pins/verify`, for terminals. A refusal of a wrong PIN has `triesLeft`. */
export function verifyPinJob(serving: PinServing): Job {
  return atTerminal(serving, ['pin'], (pins, { userId, kind }, { pin }, terminal) =>
    pins.verify(userId, kind, pin!, { terminal }),
  )
}

/** `POST /v1/municipal-pins/change`, for terminals. */
export function changePinJob(serving: PinServing): Job {
  return atTerminal(serving, ['pin', 'newPin'], (pins, { userId, kind }, { pin, newPin }, terminal) =>
    pins.change(userId, kind, pin!, newPin!, { terminal }),
  )
}

/** `POST /v1/municipal-pins/register`, for clerks. */
export function registerPinJob(serving: PinServing, clerkOf: Authentication): Job {
  return byClerk(serving, clerkOf, ['pin'], async (pins, { userId, kind }, { pin }, clerk) => {
    await pins.register(userId, kind, pin!, { clerk })
    return {}
  })
}

/** `POST /v1/municipal-pins/lock`, `unlock`, `remove`, for clerks. */
export function actOnPinJob(serving: PinServing, clerkOf: Authentication, action: 'lock' | 'unlock' | 'remove'): Job {
  return byClerk(serving, clerkOf, [], async (pins, { userId, kind }, _, clerk) => {
    await pins[action](userId, kind, { clerk })
    return {}
  })
}

/** `POST /v1/municipal-pins/status`, for clerks. */
export function pinStatusJob(serving: PinServing, clerkOf: Authentication): Job {
  return byClerk(serving, clerkOf, [], async (pins, { userId, kind }) => {
    const { registered, locked, lockedBy, triesLeft, wrongTries, firstWrong, lastWrong, lastRight, outdated } =
      await pins.status(userId, kind)
    return { registered, locked, lockedBy, triesLeft, wrongTries, firstWrong, lastWrong, lastRight, outdated }
  })
}

type PinName = 'pin' | 'newPin'
/** PINs as bytes, which the called method wipes. */
type Entered = Partial<Record<PinName, Uint8Array>>

function atTerminal(
  { pins, gate, admission, maxBytes }: PinServing,
  names: readonly PinName[],
  act: (pins: MunicipalPins, subject: Subject, entered: Entered, terminal: string) => Promise<void>,
): Job {
  return async (exchange) => {
    admission.requireRoom()
    const proven = await gate.enter(exchange)
    const fields = await readJsonBody(exchange, maxBytes)
    requireOnly(fields, ['userId', 'kind', 'terminal', ...names])
    const subject = subjectOf(fields)
    const texts = textsIn(fields, names)
    const terminal = askerOf(fields['terminal'], proven, gate, exchange)
    await admission.run(exchange, async () => {
      try {
        await act(pins, subject, bytesOf(texts), terminal)
      } catch (error) {
        await addTriesLeft(pins, subject, exchange, error)
        throw error
      }
    })
    return json(200, { ok: true })
  }
}

/** A terminal says how many tries are left after a wrong PIN. Also for a user without a PIN, which must look the same. */
async function addTriesLeft(
  pins: MunicipalPins,
  { userId, kind }: Subject,
  exchange: Exchange,
  error: unknown,
): Promise<void> {
  if (!(error instanceof RefusalError) || !triesKnown.has(error.code)) return
  const status = await pins.status(userId, kind).catch(() => undefined)
  if (status !== undefined) exchange.more = { triesLeft: status.triesLeft }
}

const triesKnown: ReadonlySet<string> = new Set(['ERR_MUNICIPAL_PIN_REJECTED', 'ERR_MUNICIPAL_PIN_LOCKED'])

function byClerk(
  { pins, gate, admission, maxBytes }: PinServing,
  clerkOf: Authentication,
  names: readonly PinName[],
  act: (pins: MunicipalPins, subject: Subject, entered: Entered, clerk: string) => Promise<object>,
): Job {
  return async (exchange) => {
    admission.requireRoom()
    const clerk = await gate.enterAs('clerk', clerkOf, exchange)
    const fields = await readJsonBody(exchange, maxBytes)
    requireOnly(fields, ['userId', 'kind', ...names])
    const subject = subjectOf(fields)
    const texts = textsIn(fields, names)
    const more = await admission.run(exchange, () => act(pins, subject, bytesOf(texts), clerk))
    return json(200, { ok: true, ...more })
  }
}

function subjectOf(fields: Fields): Subject {
  const userId = textOf(fields, 'userId')
  if (!isMunicipalUserId(userId)) {
    throw new RequestProblem('ERR_REQUEST', 'userId: not a text of 1 to 128 characters')
  }
  const kind = textOf(fields, 'kind')
  if (!isMunicipalPinKind(kind)) {
    throw new RequestProblem('ERR_REQUEST', 'kind: not a certificate with a municipal PIN')
  }
  return { userId, kind }
}

type Texts = readonly (readonly [name: PinName, text: string])[]

function textsIn(fields: Fields, names: readonly PinName[]): Texts {
  const texts = names.map((name) => [name, textOf(fields, name)] as const)
  if (texts.some(([, text]) => text.length > longestPin)) throw new RequestProblem('ERR_REQUEST', 'pin: too long')
  return texts
}

/** Made when the call begins that wipes them. */
function bytesOf(texts: Texts): Entered {
  return Object.fromEntries(texts.map(([name, text]) => [name, new Uint8Array(Buffer.from(text, 'utf8'))]))
}
