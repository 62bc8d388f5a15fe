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

const groupOfStep = {
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
} as const satisfies Readonly<Record<string, SmokeGroup>>

/** Name of a step. Never renamed; new ones may come. */
export type SmokeStepId = keyof typeof groupOfStep

/** All steps, by group. */
export const smokeStepIds = Object.keys(groupOfStep) as readonly SmokeStepId[]

/** The group a step is shown in. */
export function smokeGroupOf(id: SmokeStepId): SmokeGroup {
  return groupOfStep[id]
}
