import { type CardPinId, cardPinIds } from '../../pins.ts'

/** Groups of the steps, in the order reports show them. */
export const smokeGroups = [
  'reader',
  'card',
  'applications',
  'counters',
  'files',
  'certificates',
  'trust',
  'pin',
] as const

/** One of {@link smokeGroups}. */
export type SmokeGroup = (typeof smokeGroups)[number]

/** Reads the counter of one PIN. */
export type CounterStepId = `counter-${CardPinId}`

/** Name of the step that reads the counter of a PIN. */
export const counterStep = (id: CardPinId): CounterStepId => `counter-${id}`

/** Name of a step. Stable; new ones may be added. */
export type SmokeStepId =
  | 'connect'
  | 'close'
  | 'identify'
  | 'select-jpki'
  | 'select-text'
  | 'select-visual'
  | 'select-juki'
  | 'select-common'
  | 'select-card-manager'
  | CounterStepId
  | 'file-token-info'
  | 'file-availability'
  | 'file-text-information'
  | 'file-text-issuer'
  | 'file-visual-information'
  | 'file-visual-issuer'
  | 'file-card-record'
  | 'file-recognition-data'
  | 'certificate-auth'
  | 'certificate-auth-ca'
  | 'certificate-sign'
  | 'certificate-sign-ca'
  | 'chain-auth'
  | 'chain-sign'
  | 'validity-auth'
  | 'validity-sign'
  | 'validity-card'
  | 'verify-auth'
  | 'sign-auth'
  | 'verify-sign'
  | 'sign-sign'

/** A value for the counter of each PIN. */
export function byPin<T>(value: (id: CardPinId) => T): Readonly<Record<CounterStepId, T>> {
  return Object.fromEntries(cardPinIds.map((id) => [counterStep(id), value(id)])) as Record<CounterStepId, T>
}

const groupOfStep: Readonly<Record<SmokeStepId, SmokeGroup>> = {
  connect: 'reader',
  close: 'reader',
  identify: 'card',
  'select-jpki': 'applications',
  'select-text': 'applications',
  'select-visual': 'applications',
  'select-juki': 'applications',
  'select-common': 'applications',
  'select-card-manager': 'applications',
  ...byPin(() => 'counters' as const),
  'file-token-info': 'files',
  'file-availability': 'files',
  'file-text-information': 'files',
  'file-text-issuer': 'files',
  'file-visual-information': 'files',
  'file-visual-issuer': 'files',
  'file-card-record': 'files',
  'file-recognition-data': 'files',
  'certificate-auth': 'certificates',
  'certificate-auth-ca': 'certificates',
  'certificate-sign': 'certificates',
  'certificate-sign-ca': 'certificates',
  'chain-auth': 'trust',
  'chain-sign': 'trust',
  'validity-auth': 'trust',
  'validity-sign': 'trust',
  'validity-card': 'trust',
  'verify-auth': 'pin',
  'sign-auth': 'pin',
  'verify-sign': 'pin',
  'sign-sign': 'pin',
}

/** All steps, by group. */
export const smokeStepIds = Object.keys(groupOfStep) as readonly SmokeStepId[]

/** The group a step is shown in. */
export function smokeGroupOf(id: SmokeStepId): SmokeGroup {
  return groupOfStep[id]
}
