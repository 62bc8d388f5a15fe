import { apdu, record, replay } from './commands/apdu.ts'
import { auth } from './commands/auth.ts'
import { bridge } from './commands/bridge.ts'
import { cardInfo, inspect, services } from './commands/card.ts'
import { certificate, sign, validity, verify, verifyDocument } from './commands/certificate.ts'
import { deskResume, deskStatus, deskStop } from './commands/desk.ts'
import { emulate } from './commands/emulate.ts'
import { evaluate, evaluateIssuance, evaluatePrepare } from './commands/evaluate.ts'
import { doctor, smoke, soak } from './commands/field.ts'
import { completion, demo, help } from './commands/help.ts'
import { issuanceRead, profileCheck, stripeDecode } from './commands/municipal.ts'
import { jukiStatus, pinChange, pinStatus } from './commands/pin.ts'
import { readers } from './commands/readers.ts'
import { auditVerify, serve, serveCheck, servePrepare } from './commands/serve.ts'
import { textAttributes, textNumber, textVerify } from './commands/text.ts'
import { town } from './commands/town.ts'
import { visualPhoto, visualShow, visualVerify } from './commands/visual.ts'
import type { Command } from './context.ts'

/** Every command, in the order in which help lists them. */
export const commands: readonly Command[] = [
  readers,
  inspect,
  cardInfo,
  services,
  pinStatus,
  pinChange,
  certificate,
  auth,
  sign,
  verify,
  verifyDocument,
  validity,
  textAttributes,
  textNumber,
  textVerify,
  visualShow,
  visualPhoto,
  visualVerify,
  jukiStatus,
  issuanceRead,
  profileCheck,
  stripeDecode,
  serve,
  serveCheck,
  servePrepare,
  deskStatus,
  deskStop,
  deskResume,
  auditVerify,
  bridge,
  evaluate,
  evaluateIssuance,
  evaluatePrepare,
  doctor,
  smoke,
  soak,
  apdu,
  emulate,
  town,
  record,
  replay,
  demo,
  completion,
  help,
]
