import type { z as Zod, ZodType } from 'zod'
import { type BridgeMethod, type BridgeMethods, bridgeServices } from '../bridge-client/index.ts'
import { mostCopies, mostDocuments } from '../issuance/index.ts'
import { customerLanguages } from '../messages/index.ts'

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
    'visit.cardFace': z.strictObject({ visit: number, purpose: identifier }),
    'visit.cancel': z.strictObject({ visit: number }),
    'question.service': z.strictObject({ question: number, service: identifier }),
    'question.documents': z.strictObject({ question: number, documents }),
    'question.pin': none,
    'question.active': z.strictObject({ question: number }),
  }
}
