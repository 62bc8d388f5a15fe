import type { CommandName } from './command-names.ts'
import type { Command } from './context.ts'
import { capabilityOptions, type OptionName, serverOptions, sourceOptions } from './options.ts'

/** What is known of a command without loading it. */
export interface CommandEntry {
  /** Operands, as help shows them: `[CERT]` may be left out, of `FILE...` there may be several. */
  readonly operands: readonly string[]
  readonly required: readonly OptionName[]
  readonly options: readonly OptionName[]
  /** Talks to one card in one session, so it can be recorded and played back. */
  readonly session: boolean
  /** Absent for `record` and `replay`, which run another command. */
  readonly load?: () => Promise<Command>
}

const general: readonly OptionName[] = ['json', 'lang', 'help']
const card: readonly OptionName[] = ['reader', 'wait', ...capabilityOptions, ...sourceOptions, ...general]
const pin: readonly OptionName[] = ['pin-stdin', 'accept-that-a-wrong-pin-blocks-the-card', ...card]

function sessionCommand(entry: Partial<CommandEntry> & Pick<CommandEntry, 'options' | 'load'>): CommandEntry {
  return { operands: [], required: [], session: true, ...entry }
}

/** The commands in the order help lists them. */
export const registry: Readonly<Record<CommandName, CommandEntry>> = {
  readers: {
    operands: [],
    required: [],
    options: ['watch', ...sourceOptions, ...general],
    session: false,
    load: async () => (await import('./commands/readers.ts')).readersCommand,
  },
  inspect: sessionCommand({
    options: card,
    load: async () => (await import('./applications/inspect.ts')).inspectCommand,
  }),
  'card info': sessionCommand({
    options: card,
    load: async () => (await import('./applications/card-info.ts')).cardInfoCommand,
  }),
  services: sessionCommand({
    options: ['channel', ...card],
    load: async () => (await import('./applications/services.ts')).servicesCommand,
  }),
  'pin status': sessionCommand({
    options: card,
    load: async () => (await import('./commands/pin-status.ts')).pinStatusCommand,
  }),
  'pin change': sessionCommand({
    required: ['pin'],
    options: ['pin', ...pin],
    load: async () => (await import('./applications/pins.ts')).pinChangeCommand,
  }),
  certificate: sessionCommand({
    operands: ['auth|auth-ca|sign|sign-ca'],
    options: ['out', 'pem', ...pin],
    load: async () => (await import('./commands/certificate.ts')).certificateCommand,
  }),
  auth: sessionCommand({
    options: ['challenge', 'anchors', 'crl', 'ocsp', 'birth-date', ...serverOptions, ...pin],
    load: async () => (await import('./kiosk/authenticate.ts')).authCommand,
  }),
  sign: sessionCommand({
    operands: ['FILE'],
    required: ['key'],
    options: ['key', 'out', ...pin],
    load: async () => (await import('./applications/jpki.ts')).signCommand,
  }),
  verify: {
    operands: ['CERT'],
    required: [],
    options: ['anchors', 'crl', 'ocsp', 'require-revocation', 'use', 'at', 'birth-date', ...general],
    session: false,
    load: async () => (await import('./trust/verify.ts')).verifyCommand,
  },
  validity: sessionCommand({
    operands: ['[CERT]'],
    options: ['at', 'birth-date', 'issue-date', ...card],
    load: async () => (await import('./trust/validity.ts')).validityCommand,
  }),
  'text attributes': sessionCommand({
    options: ['code-b', ...pin],
    load: async () => (await import('./commands/text-attributes.ts')).textAttributesCommand,
  }),
  'text number': sessionCommand({
    required: ['purpose'],
    options: ['purpose', 'reveal', ...pin],
    load: async () => (await import('./commands/text-number.ts')).textNumberCommand,
  }),
  'text verify': sessionCommand({
    options: ['roots', 'code-b', 'purpose', ...pin],
    load: async () => (await import('./applications/text.ts')).textVerifyCommand,
  }),
  'visual show': sessionCommand({
    options: ['with', 'out', 'png', ...pin],
    load: async () => (await import('./commands/visual-show.ts')).visualShowCommand,
  }),
  'visual photo': sessionCommand({
    required: ['out'],
    options: ['out', 'png', 'with', ...pin],
    load: async () => (await import('./commands/visual-photo.ts')).visualPhotoCommand,
  }),
  'visual verify': sessionCommand({
    options: ['roots', 'with', 'out', 'png', ...pin],
    load: async () => (await import('./applications/visual.ts')).visualVerifyCommand,
  }),
  'juki status': sessionCommand({
    options: card,
    load: async () => (await import('./commands/juki-status.ts')).jukiStatusCommand,
  }),
  'issuance read': sessionCommand({
    required: ['profile'],
    options: ['profile', ...pin],
    load: async () => (await import('./commands/issuance-read.ts')).issuanceReadCommand,
  }),
  'profile check': {
    operands: ['FILE'],
    required: [],
    options: general,
    session: false,
    load: async () => (await import('./applications/municipal.ts')).profileCheckCommand,
  },
  'stripe decode': {
    operands: ['[FILE]'],
    required: [],
    options: ['profile', 'form', 'track', 'order', 'direction', 'caps-lock', 'layout', ...general],
    session: false,
    load: async () => (await import('./stripe/decode.ts')).stripeDecodeCommand,
  },
  serve: {
    operands: ['SETTINGS'],
    required: [],
    options: general,
    session: false,
    load: async () => (await import('./serve/serve.ts')).serveCommand,
  },
  'serve prepare': {
    operands: ['DIR'],
    required: [],
    options: general,
    session: false,
    load: async () => (await import('./serve/serve.ts')).prepareServerCommand,
  },
  'audit verify': {
    operands: ['FILE...'],
    required: [],
    options: ['count', 'hash', ...general],
    session: false,
    load: async () => (await import('./serve/audit-verify.ts')).auditVerifyCommand,
  },
  evaluate: {
    operands: ['URL'],
    required: ['pki'],
    options: [
      'pki',
      'html',
      'junit',
      'only',
      'terminals',
      'purpose',
      'origin',
      'timeout',
      'max-wait',
      'allow-not-run',
      ...general,
    ],
    session: false,
    load: async () => (await import('./field/evaluate.ts')).evaluateCommand,
  },
  'evaluate prepare': {
    operands: ['DIR'],
    required: [],
    options: general,
    session: false,
    load: async () => (await import('./field/evaluate.ts')).prepareEvaluationCommand,
  },
  doctor: {
    operands: [],
    required: [],
    options: ['reader', 'binding', ...general],
    session: false,
    load: async () => (await import('./doctor/doctor.ts')).doctorCommand,
  },
  smoke: {
    operands: [],
    required: [],
    options: ['rounds', 'anchors', 'pin-stdin', 'sign-password', 'html', 'junit', ...card],
    session: false,
    load: async () => (await import('./field/smoke.ts')).smokeCommand,
  },
  soak: {
    operands: [],
    required: [],
    options: ['hours', 'minutes', 'sessions', 'faults-rate', 'pin-stdin', 'junit', ...card],
    session: false,
    load: async () => (await import('./field/soak.ts')).soakCommand,
  },
  emulate: {
    operands: [],
    required: [],
    options: [
      'kind',
      'port',
      'host',
      'no-short-file-id',
      'no-extended-length',
      'no-direct-reference',
      'contactless',
      'faults',
      'out',
      'lang',
      'help',
    ],
    session: false,
    load: async () => (await import('./commands/emulate.ts')).emulateCommand,
  },
  record: { operands: ['FILE', 'COMMAND'], required: [], options: ['keep-all', 'lang', 'help'], session: false },
  replay: { operands: ['FILE', 'COMMAND'], required: [], options: ['lang', 'help'], session: false },
  demo: {
    operands: [],
    required: [],
    options: ['json', 'lang', 'help'],
    session: false,
    load: async () => (await import('./demo/demo.ts')).demoCommand,
  },
}
