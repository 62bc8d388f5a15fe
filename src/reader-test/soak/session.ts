import { randomBytes } from 'node:crypto'
import type { CardSession } from '../../card/index.ts'
import { CertificateError, PinError, StatusWordError, WrongCardError } from '../../errors.ts'
import { type Identification, identifyCard } from '../../identify/index.ts'
import { JpkiApplication, jpkiPins } from '../../jpki/index.ts'
import type { RepeatedPin } from '../repeated-pin.ts'
import { isWhole } from '../smoke/context.ts'

/**
 * One session: identifies the card and, with JPKI, reads both counters and the user-authentication certificate; with a
 * PIN it also authenticates.
 *
 * The PIN is sent only while its counter is full. So a wrong one costs one try in the whole run, even when the card is
 * lost during VERIFY: a correct one resets the counter.
 */
export async function soakSession(session: CardSession, pin: RepeatedPin | undefined): Promise<void> {
  const identification = await identifyCard(session)
  requireWhole(identification)
  if (identification.token === undefined) return
  const jpki = await JpkiApplication.open(session)
  await jpki.pinStatus('sign')
  // Juki cards have no user authentication.
  if (identification.kind === 'juki') return
  await jpki.pinStatus('auth')
  await readCertificate(jpki)
  if (pin === undefined || pin.refused) return
  await pin.use(async (copy) => {
    await jpki.authenticate(randomBytes(32), copy, { keepTries: jpkiPins.auth.triesMax })
  })
}

/** An application refused once in thousands of sessions would otherwise count as absent. */
function requireWhole(identification: Identification): void {
  if (identification.kind === 'unknown' || !isWhole(identification)) {
    throw new WrongCardError('the card lacks applications required of its kind')
  }
}

/** Errors after which a PIN is not used for the rest of the run. */
export function isFinalForPin(error: unknown): boolean {
  return error instanceof PinError && error.code !== 'ERR_PIN_OUTCOME_UNKNOWN'
}

/** The certificate may be missing, and a phone requires its PIN first. */
async function readCertificate(jpki: JpkiApplication): Promise<void> {
  try {
    await jpki.readCertificate('auth')
  } catch (error) {
    if (error instanceof CertificateError && error.code === 'ERR_CERTIFICATE_ABSENT') return
    if (error instanceof StatusWordError && error.code === 'ERR_SECURITY_STATUS') return
    throw error
  }
}
