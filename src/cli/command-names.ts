/** All commands, as typed, in the order help lists them. */
export const commandNames = [
  'readers',
  'inspect',
  'pin status',
  'pin change',
  'certificate',
  'auth',
  'sign',
  'verify',
  'validity',
  'serve',
  'serve prepare',
  'audit verify',
  'evaluate',
  'evaluate prepare',
  'emulate',
  'record',
  'replay',
  'demo',
] as const

/** One of the commands. */
export type CommandName = (typeof commandNames)[number]
