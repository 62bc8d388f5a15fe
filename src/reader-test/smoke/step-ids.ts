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

/** Name of a step. Never renamed; new ones may come. */
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
  | 'counter-auth'
  | 'counter-sign'
  | 'counter-text'
  | 'counter-text-code-a'
  | 'counter-text-code-b'
  | 'counter-visual-birth'
  | 'counter-visual-code-a'
  | 'counter-visual-code-b'
  | 'counter-juki'
  | 'counter-common'
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
  'counter-auth': 'counters',
  'counter-sign': 'counters',
  'counter-text': 'counters',
  'counter-text-code-a': 'counters',
  'counter-text-code-b': 'counters',
  'counter-visual-birth': 'counters',
  'counter-visual-code-a': 'counters',
  'counter-visual-code-b': 'counters',
  'counter-juki': 'counters',
  'counter-common': 'counters',
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
