import { type CardSession, type PinReference, readPinStatus } from '../../card/index.ts'
import { TextApplication, textPins, VisualApplication, visualPins } from '../../card-face/index.ts'
import { CardManager, CommonApplication, commonPin, identifyCard } from '../../identify/index.ts'
import { JpkiApplication, jpkiPins } from '../../jpki/index.ts'
import { JukiApplication, jukiPin } from '../../juki/index.ts'
import type { CardPinId } from '../../pins.ts'
import type { SmokeContext, SmokeStep } from './context.ts'
import { isWhole } from './context.ts'
import { type Finding, failed, passed, type SmokeFacts, skipped } from './finding.ts'
import { counterStep, type SmokeStepId } from './step-ids.ts'

/** Which card it is. An unknown card fails, as does a My Number card without one of its applications. */
export const identifyStep: SmokeStep = {
  id: 'identify',
  async run(context) {
    const identification = await identifyCard(context.session)
    context.identification = identification
    const { kind, token } = identification
    const facts = { kind, ...(token !== undefined && { token }) }
    if (kind === 'unknown') return failed('ERR_WRONG_CARD', facts)
    return isWhole(identification) ? passed(facts) : failed('ERR_APPLICATION_NOT_FOUND', facts)
  },
}

/** JPKI: counters and files readable without a PIN; its certificates have steps of their own. */
export const jpkiSteps: readonly SmokeStep[] = [
  {
    id: 'select-jpki',
    async run(context) {
      context.jpki = await JpkiApplication.open(context.session)
      return passed()
    },
  },
  ...Object.values(jpkiPins).map((pin) => counter(pin)),
  withJpki('file-token-info', async (app) => ({ token: (await app.readTokenInfo()).label })),
  withJpki('file-availability', async (app) => {
    const { auth, sign } = await app.readAvailability()
    return { holdsAuth: auth, holdsSign: sign }
  }),
]

/** The other applications, in order: SELECT, counters, files readable without a PIN. */
export const registrySteps: readonly SmokeStep[] = [
  inApplication('select-text', 'text', (session) => TextApplication.open(session)),
  ...Object.values(textPins).map((pin) => counter(pin)),
  inApplication('file-text-information', 'text', async (session) =>
    (await TextApplication.open(session)).readInformation(),
  ),
  inApplication('file-text-issuer', 'text', async (session) =>
    (await TextApplication.open(session)).readIssuerCertificate(),
  ),
  inApplication('select-visual', 'visual', (session) => VisualApplication.open(session)),
  ...Object.values(visualPins).map((pin) => counter(pin)),
  inApplication('file-visual-information', 'visual', async (session) =>
    (await VisualApplication.open(session)).readInformation(),
  ),
  inApplication('file-visual-issuer', 'visual', async (session) =>
    (await VisualApplication.open(session)).readIssuerCertificate(),
  ),
  inApplication('select-juki', 'juki', (session) => JukiApplication.open(session)),
  counter(jukiPin),
  inApplication('select-common', 'common', (session) => CommonApplication.open(session)),
  counter(commonPin),
  inApplication('file-card-record', 'common', async (session) =>
    (await CommonApplication.open(session)).readCardRecord(),
  ),
  {
    id: 'select-card-manager',
    async run({ session }) {
      await CardManager.open(session)
      return passed()
    },
  },
  {
    id: 'file-recognition-data',
    async run({ session }) {
      const data = await (await CardManager.open(session)).readRecognitionData()
      return data === undefined ? skipped('not-on-this-card') : passed()
    },
  },
]

/** A step of an application; skipped when the card does not have it and is not required to. */
function inApplication(
  id: SmokeStepId,
  application: string,
  body: (session: CardSession) => Promise<unknown>,
): SmokeStep {
  return {
    id,
    async run(context) {
      if (isAbsent(context, application)) return skipped('no-application')
      await body(context.session)
      return passed()
    },
  }
}

/**
 * The state of one PIN, by an empty VERIFY: spends no try. A blocked PIN fails, because its key or data is unusable.
 */
function counter(pin: PinReference): SmokeStep {
  return {
    id: counterStep(pin.id as CardPinId),
    async run(context) {
      const { session } = context
      if (isAbsent(context, pin.application.id)) return skipped('no-application')
      const status = await session.within(pin.application, () => readPinStatus(session, pin))
      const facts = { ...status, triesMax: pin.triesMax }
      return status.state === 'blocked' ? failed('ERR_PIN_BLOCKED', facts) : passed(facts)
    },
  }
}

/** A step with the JPKI application, if there is one. */
function withJpki(id: SmokeStepId, body: (app: JpkiApplication) => Promise<SmokeFacts>): SmokeStep {
  return {
    id,
    run: async ({ jpki }): Promise<Finding> => (jpki ? passed(await body(jpki)) : skipped('no-application')),
  }
}

function isAbsent({ identification }: SmokeContext, application: string): boolean {
  if (identification === undefined || identification.kind === 'my-number') return false
  return identification.applications.some(({ id, present }) => id === application && !present)
}
