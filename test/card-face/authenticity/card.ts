import { Pin } from '../../../src/card/index.ts'
import {
  type AuthenticityCheck,
  type AuthenticityReport,
  type CardEvidence,
  type EvidenceOptions,
  type EvidenceRecord,
  readTextEvidence,
  readVisualEvidence,
  TextApplication,
  VisualApplication,
} from '../../../src/card-face/index.ts'
import type { Identity, VirtualCardOptions } from '../../../src/emulator/index.ts'
import { verificationCodeB as codeBOf } from '../../../src/emulator/index.ts'
import { CommonApplication } from '../../../src/identify/index.ts'
import { rootsOf } from '../../support/cvc-roots.ts'
import { bench, identity } from '../../support/virtual.ts'

export { rootsOf }

export const individualNumber = '123456789018'
export const challenge = new Uint8Array(32).map((_, i) => 7 * i + 1)
export const every: readonly EvidenceRecord[] = [
  'individual-number',
  'attributes',
  'card-face',
  'birth-record',
  'number-image',
  'card-expiry',
]

export const codeA = (): Pin => Pin.fromText(individualNumber)
export const codeB = (person: Identity): Pin => Pin.fromText(codeBOf(person))

/** What makes the virtual card authentic. */
export async function trusting(records: readonly EvidenceRecord[] = every): Promise<EvidenceOptions> {
  return { roots: rootsOf(await identity()), hierarchies: ['virtual'], records, challenge }
}

/** Everything that can be read from a card with the PIN, 照合番号A and the birth date. */
export async function evidenceOf(options: VirtualCardOptions = {}): Promise<CardEvidence> {
  const { session } = await bench(options)
  await using open = await session()
  const cardExpiry = await (await CommonApplication.open(open)).readExpiry()
  const text = await TextApplication.open(open)
  await text.verifyPin('pin', Pin.fromText('1234'))
  const files = { number: { purpose: 'holder' }, attributes: true } as const
  const textEvidence = await readTextEvidence(text, files, challenge)
  const visual = await VisualApplication.open(open)
  await visual.verifyPin('code-a', codeA())
  await visual.verifyPin('birth-date', Pin.fromText('020217'))
  const records = ['card-face', 'birth-record', 'number-image'] as const
  return { cardExpiry, text: textEvidence, visual: await readVisualEvidence(visual, records, challenge) }
}

/** Checks that did not pass, as `check of: reason`. */
export function failing({ checks }: Pick<AuthenticityReport, 'checks'>): string[] {
  return checks.filter(({ result }) => result !== 'passed').map(shown)
}

export function shown({ check, of, reason, offset }: AuthenticityCheck): string {
  return `${check} ${of}: ${reason}${offset === undefined ? '' : ` at ${offset}`}`
}
