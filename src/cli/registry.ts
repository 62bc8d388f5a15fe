import type { CommandName } from './command-names.ts'
import type { Command } from './context.ts'
import type { OptionName } from './options.ts'

/** What is known of a command without loading it. */
export interface CommandEntry {
  /** Operands, as help shows them: `[CERT]` may be left out. */
  readonly operands: readonly string[]
  readonly required: readonly OptionName[]
  readonly options: readonly OptionName[]
  /** Talks to one card in one session, so it can be recorded and played back. */
  readonly session: boolean
  /** Absent for `record` and `replay`, which run another command. */
  readonly load?: () => Promise<Command>
}

const general: readonly OptionName[] = ['json', 'lang', 'help']
const source: readonly OptionName[] = [
  'virtual',
  'virtual-kind',
  'no-short-file-id',
  'no-extended-length',
  'no-direct-reference',
  'binding',
]
const card: readonly OptionName[] = ['reader', 'wait', ...source, ...general]
const pin: readonly OptionName[] = ['pin-stdin', 'accept-that-a-wrong-pin-blocks-the-card', ...card]

const server: readonly OptionName[] = [
  'server',
  'terminal',
  'purpose',
  'origin',
  'timeout',
  'token-file',
  'server-ca',
  'client-cert',
  'client-key',
]

function sessionCommand(entry: Partial<CommandEntry> & Pick<CommandEntry, 'options' | 'load'>): CommandEntry {
  return { operands: [], required: [], session: true, ...entry }
}

/** The commands in the order help lists them. */
export const registry: Readonly<Record<CommandName, CommandEntry>> = {
  readers: {
    operands: [],
    required: [],
    options: ['watch', ...source, ...general],
    session: false,
    load: async () => (await import('./commands/readers.ts')).readersCommand,
  },
  inspect: sessionCommand({
    options: card,
    load: async () => (await import('./commands/inspect.ts')).inspectCommand,
  }),
  'pin status': sessionCommand({
    options: card,
    load: async () => (await import('./commands/pin-status.ts')).pinStatusCommand,
  }),
  'pin change': sessionCommand({
    required: ['pin'],
    options: ['pin', ...pin],
    load: async () => (await import('./commands/pin-change.ts')).pinChangeCommand,
  }),
  certificate: sessionCommand({
    operands: ['auth|auth-ca|sign|sign-ca'],
    options: ['out', 'pem', ...pin],
    load: async () => (await import('./commands/certificate.ts')).certificateCommand,
  }),
  auth: sessionCommand({
    options: ['challenge', 'anchors', 'crl', 'ocsp', 'birth-date', ...server, ...pin],
    load: async () => (await import('./commands/auth.ts')).authCommand,
  }),
  sign: sessionCommand({
    operands: ['FILE'],
    required: ['key'],
    options: ['key', 'out', ...pin],
    load: async () => (await import('./commands/sign.ts')).signCommand,
  }),
  verify: {
    operands: ['CERT'],
    required: [],
    options: ['anchors', 'crl', 'ocsp', 'require-revocation', 'use', 'at', 'birth-date', ...general],
    session: false,
    load: async () => (await import('./commands/verify.ts')).verifyCommand,
  },
  validity: sessionCommand({
    operands: ['[CERT]'],
    options: ['at', 'birth-date', 'issue-date', ...card],
    load: async () => (await import('./commands/validity.ts')).validityCommand,
  }),
  serve: {
    operands: ['SETTINGS'],
    required: [],
    options: general,
    session: false,
    load: async () => (await import('./commands/serve.ts')).serveCommand,
  },
  'serve prepare': {
    operands: ['DIR'],
    required: [],
    options: general,
    session: false,
    load: async () => (await import('./commands/serve.ts')).prepareServerCommand,
  },
  'audit verify': {
    operands: ['FILE'],
    required: [],
    options: ['count', 'hash', ...general],
    session: false,
    load: async () => (await import('./commands/audit-verify.ts')).auditVerifyCommand,
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
    load: async () => (await import('./commands/evaluate.ts')).evaluateCommand,
  },
  'evaluate prepare': {
    operands: ['DIR'],
    required: [],
    options: general,
    session: false,
    load: async () => (await import('./commands/evaluate.ts')).prepareEvaluationCommand,
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
    load: async () => (await import('./commands/demo.ts')).demoCommand,
  },
}
