import { TextApplication, VisualApplication } from '../../src/card-face/index.ts'
import { JpkiCardError } from '../../src/errors.ts'
import { CardManager, CommonApplication, readCardExpiry } from '../../src/identify/index.ts'
import { JukiApplication } from '../../src/juki/index.ts'
import { type Flow, flows } from '../fault-matrix/flows.ts'

/** Goes on after a coded error: each step is tried. */
async function each(...steps: readonly (() => Promise<unknown>)[]): Promise<void> {
  for (const step of steps) {
    try {
      await step()
    } catch (error) {
      if (!(error instanceof JpkiCardError)) throw error
    }
  }
}

const challenge = Buffer.alloc(32, 7)

/** The flows of the matrix, and everything else that is read. */
export const hostileFlows: Readonly<Record<string, Flow>> = {
  ...flows,
  'all of the text application': {
    async run({ session, pin }) {
      const text = await TextApplication.open(session)
      await each(
        () => text.pinStatus('code-a'),
        () => text.verifyPin('pin', pin('1234')),
        () => text.readSigned({ attributes: true, number: { purpose: 'tax' } }),
        () => text.readDigests(),
        () => text.readInformation(),
        () => text.readIssuerCertificate(),
        () => text.readSessionKey(),
        () => text.readCardKey(),
        () => text.signChallenge(challenge),
        () => text.changePin({ current: pin('1234'), next: pin('4321') }),
      )
    },
  },
  'all of the visual application': {
    async run({ session, pin }) {
      const visual = await VisualApplication.open(session)
      await each(
        () => visual.verifyPin('code-a', pin('123456789018')),
        () => visual.readCardFace(),
        () => visual.readNumberImage(),
        () => visual.readInformation(),
        () => visual.readIssuerCertificate(),
        () => visual.verifyPin('birth-date', pin('020217')),
        () => visual.readBirthRecord(),
        () => visual.signChallenge(challenge),
      )
    },
  },
  'all of the card manager': {
    async run({ session }) {
      const manager = await CardManager.open(session)
      await each(
        () => manager.readIssuerNumber(),
        () => manager.readCardNumber(),
        () => manager.readRecognitionData(),
        () => manager.readMunicipalityCode(),
        () => manager.readExpiry(),
        () => manager.readKeyId(),
        () => manager.readCertificates(),
        () => manager.readContactAtr(),
      )
    },
  },
  'all of the common and the Juki application': {
    async run({ session, pin }) {
      await each(
        () => readCardExpiry(session),
        async () => {
          const common = await CommonApplication.open(session)
          await each(
            () => common.readCardRecord(),
            () => common.pinStatus(),
            () => common.internalAuthenticate(challenge),
            () => common.changePin({ current: pin('1234'), next: pin('4321') }),
          )
        },
        async () => {
          const juki = await JukiApplication.open(session)
          await each(
            () => juki.verifyPin(pin('1234')),
            () => juki.readFile(0x0001, { maxBytes: 512 }),
            () => juki.readRecord(0x0003, 2),
          )
        },
      )
    },
  },
}
