import { randomBytes } from 'node:crypto'
import { type JpkiKey, jpkiPins } from '../../jpki/index.ts'
import type { SmokeContext, SmokeStep } from './context.ts'
import { type Finding, passed, skipped } from './finding.ts'

/** With a PIN: verify it, under the guard, and sign random bytes with the key behind it. */
export function pinSteps(key: JpkiKey): readonly SmokeStep[] {
  return [
    { id: `verify-${key}`, run: (context) => verify(context, key) },
    { id: `sign-${key}`, run: (context) => sign(context, key) },
  ]
}

async function verify(context: SmokeContext, key: JpkiKey): Promise<Finding> {
  const { jpki, pins } = context
  const why = obstacle(context, key)
  if (why !== undefined) return why
  await pins[key]!.use((pin) => jpki!.verifyPin(key, pin))
  return passed()
}

/** The signature is checked with the certificate of the card, which is read for it where it has not been. */
async function sign(context: SmokeContext, key: JpkiKey): Promise<Finding> {
  const { jpki, session } = context
  const why = obstacle(context, key)
  if (why !== undefined) return why
  if (!session.hasVerified(jpkiPins[key])) return skipped('pin-not-accepted')
  const { algorithm } = await jpki!.sign(key, { message: randomBytes(32) })
  return passed({ algorithm })
}

function obstacle({ jpki, pins }: SmokeContext, key: JpkiKey): Finding | undefined {
  if (pins[key] === undefined) return skipped('no-pin')
  if (jpki === undefined) return skipped('no-application')
  return pins[key].refused ? skipped('pin-not-accepted') : undefined
}
