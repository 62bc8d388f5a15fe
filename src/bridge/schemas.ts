import type { z as Zod, ZodType } from 'zod'
import {
  type BridgeErrorObject,
  type BridgeEvent,
  type BridgeEvents,
  type BridgeMethod,
  type BridgeMethods,
  bridgeServices,
  pinEntries,
} from '../bridge-client/index.ts'
import { mostCopies, mostDocuments } from '../issuance/index.ts'
import { customerLanguages, situations, visitSteps } from '../messages/index.ts'
import { codes } from '../outcomes.ts'

/** What each method takes. The types are those of {@link BridgeMethods}; `docs/asyncapi.json` is generated from these. */
export type ParamSchemas = { readonly [Name in BridgeMethod]: ZodType<BridgeMethods[Name]['params']> }

/** @param z - the schema library, which is loaded when a bridge starts. */
export function paramSchemas(z: typeof Zod): ParamSchemas {
  const number = z.number().int().min(1).max(0x7fffffff)
  const bytes32 = z.string().regex(/^[A-Za-z0-9_-]{43}$/)
  const identifier = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/)
  const documents = z
    .array(z.strictObject({ document: identifier, copies: z.number().int().min(1).max(mostCopies) }))
    .min(1)
    .max(mostDocuments)
  const languages = Object.keys(customerLanguages) as (keyof typeof customerLanguages)[]
  const proof = { nonce: bytes32, proof: bytes32 }
  const none = z.strictObject({})
  return {
    'session.pair': z.strictObject(proof),
    'session.resume': z.strictObject({ session: bytes32, ...proof }),
    'session.language': z.strictObject({ language: z.enum(languages) }),
    state: none,
    'visit.serve': z.strictObject({
      visit: number,
      purpose: identifier,
      service: z.enum(bridgeServices).optional(),
      documents: z.union([documents, z.literal('choose')]).optional(),
    }),
    'visit.cancel': z.strictObject({ visit: number }),
    'question.service': z.strictObject({ question: number, service: identifier }),
    'question.documents': z.strictObject({ question: number, documents }),
    'question.pin': none,
    'question.active': z.strictObject({ question: number }),
  }
}

/** What the bridge sends: the types are those of {@link BridgeMethods} and {@link BridgeEvents}. */
export interface SentSchemas {
  readonly results: { readonly [Name in BridgeMethod]: ZodType<BridgeMethods[Name]['result']> }
  readonly events: { readonly [Name in BridgeEvent]: ZodType<BridgeEvents[Name]> }
  /** Those with a name in the document. */
  readonly shared: { readonly Error: ZodType<BridgeErrorObject> } & Readonly<Record<string, ZodType>>
}

/**
 * Schemas of every frame that the bridge sends. `docs/asyncapi.json` is generated from these, and the tests hold every frame of the
 * bridge against it; the bridge itself does not use them.
 */
export function sentSchemas(z: typeof Zod): SentSchemas {
  const visit = z.number().int().min(1)
  const bytes32 = z.string().regex(/^[A-Za-z0-9_-]{43}$/)
  const code = z.enum(codes)
  const situation = z.enum(situations)
  const counter = z.number().int().min(0)
  const entriesLeft = counter.optional()
  const language = z.enum(Object.keys(customerLanguages) as (keyof typeof customerLanguages)[])
  const text = z.object({
    title: z.string(),
    text: z.string(),
    next: z.string(),
    spoken: z.string(),
    language,
    notice: z.string().optional(),
  })
  const screen = z.object({
    visit: visit.optional(),
    step: z.enum([...visitSteps, 'refused']),
    situation: situation.optional(),
    code: code.optional(),
    text,
  })
  const look = z.object({
    visit,
    kind: z.string(),
    services: z.array(z.object({ service: z.string(), reason: situation.optional(), entriesLeft })),
    reason: situation.optional(),
  })
  const asked = { visit, question: z.number().int().min(1) }
  const question = z.discriminatedUnion('kind', [
    z.object({ ...asked, kind: z.literal('service'), services: z.array(z.string()) }),
    z.object({ ...asked, kind: z.literal('documents'), documents: z.array(z.string()) }),
    z.object({
      ...asked,
      kind: z.literal('pin'),
      pin: z.string(),
      entriesLeft,
      digits: z.object({ min: z.number().int(), max: z.number().int() }).optional(),
      wrong: code.optional(),
      entry: z.enum(['bridge-page', 'client']),
      page: z.string().optional(),
    }),
  ])
  const pinError = z.object({ code, pin: z.string(), triesLeft: counter.optional(), entriesLeft }).optional()
  const ended = { visit, pinError }
  const attributes = z.object({
    name: z.string().optional(),
    address: z.string().optional(),
    birthDate: z.string().optional(),
    sex: z.string().optional(),
  })
  const image = z.object({ format: z.enum(['png', 'jp2']), content: z.string() })
  const cardFace = z.object({
    birthDate: z.string().optional(),
    sex: z.string().optional(),
    expiry: z.string().optional(),
    name: image.optional(),
    address: image.optional(),
    photo: image.optional(),
  })
  const outcome = z.discriminatedUnion('kind', [
    z.object({
      ...ended,
      kind: z.literal('accepted'),
      service: z.string(),
      holder: z.string(),
      at: z.string(),
      userVerification: z.string(),
    }),
    z.object({
      ...ended,
      kind: z.literal('issued'),
      service: z.string(),
      case: z.string(),
      pageCount: counter,
      state: z.string(),
    }),
    z.object({ ...ended, kind: z.literal('attributes'), attributes }),
    z.object({ ...ended, kind: z.literal('card-face'), cardFace }),
    z.object({ ...ended, kind: z.literal('user-id'), userId: z.string(), pinChecked: z.enum(['by-card', 'not-yet']) }),
    z.object({ ...ended, kind: z.literal('pin-verified') }),
    z.object({ ...ended, kind: z.literal('refused'), situation, code: code.optional() }),
    z.object({ ...ended, kind: z.enum(['cancelled', 'inactive', 'removed']) }),
  ])
  const counts = z.record(z.string(), counter)
  const state = z.object({
    state: z.enum(['ready', 'no-reader', 'no-service', 'trouble']),
    readers: z.array(z.object({ name: z.string(), card: z.boolean(), trouble: code.optional() })),
    visit: z.object({ visit, reader: z.string(), owned: z.enum(['by-you', 'by-other', 'no']) }).optional(),
    pinEntry: z.enum(pinEntries),
    services: z.array(z.string()),
    purposes: z.array(z.string()),
    documents: z.array(z.string()),
    counts: z.object({ visits: counter, outcomes: counts, refusals: counts, requests: counts }),
  })
  const error = z.object({
    code: z.number().int(),
    message: z.string(),
    data: z.object({ code, detail: z.string().optional() }),
  })
  const none = z.object({})
  return {
    results: {
      'session.pair': z.object({ session: bytes32, proof: bytes32 }),
      'session.resume': z.object({ proof: bytes32 }),
      'session.language': none,
      state,
      'visit.serve': outcome,
      'visit.cancel': none,
      'question.service': none,
      'question.documents': none,
      'question.pin': none,
      'question.active': none,
    },
    events: {
      hello: z.object({ nonce: bytes32, bridge: z.string() }),
      reader: z.object({ type: z.string(), reader: z.string().optional(), code: code.optional() }),
      visit: z.object({ visit, reader: z.string() }),
      removed: z.object({ visit }),
      screen,
      look,
      question,
      outcome,
      answered: z.object(asked),
    },
    shared: {
      Screen: screen,
      Look: look,
      Question: question,
      Outcome: outcome,
      State: state,
      Error: error,
      Code: code,
      Situation: situation,
    },
  }
}
