import { apdu } from './commands/apdu.ts'
import { auditVerify } from './commands/audit-verify.ts'
import { auth } from './commands/auth.ts'
import { cardInfo } from './commands/card-info.ts'
import { certificate } from './commands/certificate.ts'
import { completion } from './commands/completion.ts'
import { demo } from './commands/demo.ts'
import { doctor } from './commands/doctor.ts'
import { emulate } from './commands/emulate.ts'
import { evaluate } from './commands/evaluate.ts'
import { evaluatePrepare } from './commands/evaluate-prepare.ts'
import { help } from './commands/help.ts'
import { inspect } from './commands/inspect.ts'
import { issuanceRead } from './commands/issuance-read.ts'
import { jukiStatus } from './commands/juki-status.ts'
import { pinChange } from './commands/pin-change.ts'
import { pinStatus } from './commands/pin-status.ts'
import { profileCheck } from './commands/profile-check.ts'
import { readers } from './commands/readers.ts'
import { record } from './commands/record.ts'
import { replay } from './commands/replay.ts'
import { serve } from './commands/serve.ts'
import { servePrepare } from './commands/serve-prepare.ts'
import { services } from './commands/services.ts'
import { sign } from './commands/sign.ts'
import { smoke } from './commands/smoke.ts'
import { soak } from './commands/soak.ts'
import { stripeDecode } from './commands/stripe-decode.ts'
import { textAttributes } from './commands/text-attributes.ts'
import { textNumber } from './commands/text-number.ts'
import { textVerify } from './commands/text-verify.ts'
import { validity } from './commands/validity.ts'
import { verify } from './commands/verify.ts'
import { visualPhoto } from './commands/visual-photo.ts'
import { visualShow } from './commands/visual-show.ts'
import { visualVerify } from './commands/visual-verify.ts'
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
  servePrepare,
  auditVerify,
  evaluate,
  evaluatePrepare,
  doctor,
  smoke,
  soak,
  apdu,
  emulate,
  record,
  replay,
  demo,
  completion,
  help,
]
