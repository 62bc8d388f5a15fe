// Regenerates vectors/transcripts/*.json from the virtual card: `node scripts/make-transcripts.mjs`, after a build.
// The person is invented and the keys are thrown away, so everything but the PINs is kept.
import { writeFileSync } from 'node:fs'
import { CardSession, Pin } from '../dist/card/index.js'
import { createIdentity, createVirtualCard, VirtualTransport } from '../dist/emulator/index.js'
import { identifyCard } from '../dist/identify/index.js'
import { JpkiApplication } from '../dist/jpki/index.js'
import { formatTranscript, recordConnection } from '../dist/transcript/index.js'

const identity = await createIdentity({ now: new Date('2026-04-01T00:00:00Z') })
const challenge = Buffer.from('00112233445566778899AABBCCDDEEFF', 'hex')

async function record(file, description, options, body) {
  const card = await createVirtualCard({ identity, ...options })
  const transport = new VirtualTransport({ card })
  const [reader] = await transport.readers()
  const recording = recordConnection(await transport.connect(reader.name), {
    keep: 'all-but-secrets',
    description,
    origin: 'virtual card of this package, invented person, keys thrown away',
  })
  const session = new CardSession(recording)
  await body(session).catch((error) => {
    if (error.code !== 'ERR_PIN_REJECTED') throw error
  })
  await session.close()
  await transport.close()
  writeFileSync(new URL(`../vectors/transcripts/${file}`, import.meta.url), formatTranscript(recording.transcript()))
}

const auth = (pin) => async (session) => {
  const jpki = await JpkiApplication.open(session)
  await jpki.authenticate(challenge, Pin.fromText(pin))
}
const sign = async (session) => {
  const jpki = await JpkiApplication.open(session)
  await jpki.sign('sign', { message: challenge }, { pin: Pin.fromText('ABC123') })
}
const none = { shortFileId: false, extendedLength: false, directReference: false }

for (const kind of ['my-number', 'juki', 'phone-android', 'phone-iphone']) {
  await record(`identify-${kind}.json`, `identifying a ${kind}`, { kind }, identifyCard)
}
await record('auth.json', 'user authentication, every capability', {}, auth('1234'))
await record(
  'auth-contactless-short.json',
  'the same, no extended lengths',
  {
    interface: 'contactless',
    capabilities: { extendedLength: false },
  },
  auth('1234'),
)
await record('auth-plain.json', 'the same, no capability at all', { capabilities: none }, auth('1234'))
await record('auth-wrong-pin.json', 'a wrong PIN', {}, auth('9999'))
await record(
  'auth-waking-up.json',
  'the first command is answered 6F00',
  { firstCommandAfterPowerUp: '6F00' },
  auth('1234'),
)
await record('auth-android.json', 'a phone: certificate after the PIN', { kind: 'phone-android' }, auth('1234'))
await record('sign.json', 'signature, every capability', {}, sign)
await record('sign-juki.json', 'signature with a Juki card', { kind: 'juki' }, sign)
