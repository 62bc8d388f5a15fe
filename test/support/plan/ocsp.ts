import { createHash } from 'node:crypto'
import { der, integer, oid, sequence } from '../issue.ts'
import { generalizedTime, type PlanContext } from './certificate.ts'
import { type ExtensionsPlan, extensionsOf } from './extensions.ts'
import { keyBits, keyId, type SignaturePlan, signing } from './keys.ts'
import { type NamePlan, nameOf } from './names.ts'
import { moment } from './patch.ts'

/** What is said about one certificate. */
interface AnswerPlan {
  readonly serial: number
  readonly hash: 'sha1' | 'sha256' | 'sha512'
  readonly issuer: NamePlan
  readonly issuerKey: string
  /** Left out: good. */
  readonly revoked?: { readonly date: string; readonly reason?: number }
  readonly unknown?: boolean
  readonly thisUpdate: string
  readonly nextUpdate?: string
  readonly extensions?: ExtensionsPlan
}

/** An OCSP response in words. */
export interface OcspResponsePlan {
  /** 0 is successful; any other comes without an answer. */
  readonly status: number
  readonly responder: { readonly name: NamePlan } | { readonly key: string }
  readonly producedAt: string
  /** By name; a change can leave one out. */
  readonly answers: Readonly<Record<string, AnswerPlan>>
  readonly extensions?: ExtensionsPlan
  readonly signer: string
  readonly signature?: SignaturePlan
  /** Names of certificates of the plan that are sent along. */
  readonly certificates: readonly string[]
  /** The answers are signed as revoked and sent as they are. */
  readonly altered?: boolean
}

const hashIds = { sha1: '1.3.14.3.2.26', sha256: '2.16.840.1.101.3.4.2.1', sha512: '2.16.840.1.101.3.4.2.3' }

function answerOf(plan: AnswerPlan, { at, keys }: PlanContext): Buffer {
  const digest = (bytes: Uint8Array) => der(0x04, createHash(plan.hash).update(bytes).digest())
  const time = (text: string) => generalizedTime(moment(text, at))
  const { revoked, nextUpdate } = plan
  const reason = revoked?.reason
  const extensions = extensionsOf(plan.extensions, keys)
  return sequence(
    sequence(
      sequence(oid(hashIds[plan.hash]), der(0x05)),
      digest(nameOf(plan.issuer)),
      digest(keyBits(keys(plan.issuerKey))),
      integer(plan.serial),
    ),
    revoked !== undefined
      ? der(0xa1, time(revoked.date), ...(reason === undefined ? [] : [der(0xa0, der(0x0a, Buffer.from([reason])))]))
      : der(plan.unknown === true ? 0x82 : 0x80),
    time(plan.thisUpdate),
    ...(nextUpdate === undefined ? [] : [der(0xa0, time(nextUpdate))]),
    ...(extensions.length === 0 ? [] : [der(0xa1, sequence(...extensions))]),
  )
}

/** Makes a response as planned. @param certificates - those of the plan. */
export function ocspResponseOf(
  plan: OcspResponsePlan,
  context: PlanContext,
  certificates: Readonly<Record<string, Buffer>>,
): Buffer {
  const { at, keys } = context
  const status = der(0x0a, Buffer.from([plan.status]))
  if (plan.status !== 0) return sequence(status)
  const { algorithm, make } = signing(keys(plan.signer), plan.signature)
  const { responder } = plan
  const extensions = extensionsOf(plan.extensions, keys)
  const answers = Object.values(plan.answers)
  const data = (said: readonly AnswerPlan[]): Buffer =>
    sequence(
      'name' in responder ? der(0xa1, nameOf(responder.name)) : der(0xa2, der(0x04, keyId(keys(responder.key)))),
      generalizedTime(moment(plan.producedAt, at)),
      sequence(...said.map((one) => answerOf(one, context))),
      ...(extensions.length === 0 ? [] : [der(0xa1, sequence(...extensions))]),
    )
  const signature = make(data(plan.altered === true ? answers.map((one) => ({ ...one, serial: 99 })) : answers))
  const chain = plan.certificates.map((name) => certificates[name]!)
  const basic = sequence(
    data(answers),
    algorithm,
    der(0x03, Buffer.from([0]), signature),
    ...(chain.length === 0 ? [] : [der(0xa0, sequence(...chain))]),
  )
  return sequence(status, der(0xa0, sequence(oid('1.3.6.1.5.5.7.48.1.1'), der(0x04, basic))))
}
