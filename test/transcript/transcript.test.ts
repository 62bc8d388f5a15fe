import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { CardSession, Pin } from '../../src/card/index.ts'
import type { TranscriptError } from '../../src/errors.ts'
import { identifyCard } from '../../src/identify/index.ts'
import { JpkiApplication } from '../../src/jpki/index.ts'
import { formatTranscript, parseTranscript, recordConnection, replayConnection } from '../../src/transcript/index.ts'
import { thrown } from '../support/vectors.ts'
import { bench, identity } from '../support/virtual.ts'

const challenge = Buffer.from('00112233445566778899AABBCCDDEEFF', 'hex')

async function authenticate(session: CardSession, pin: string) {
  const jpki = await JpkiApplication.open(session)
  await jpki.readTokenInfo()
  await jpki.pinStatus('sign')
  return jpki.authenticate(challenge, Pin.fromText(pin))
}

async function recorded(keep: 'public' | 'all-but-secrets') {
  const { connection } = await bench()
  const recording = recordConnection(connection, { keep, description: 'test', origin: 'virtual card' })
  const session = new CardSession(recording)
  const result = await authenticate(session, '1234')
  await session.close()
  return { transcript: recording.transcript(), result }
}

describe('recording', () => {
  test('masks the PIN, the certificate, the signature and the serial number', async () => {
    const { transcript } = await recorded('public')
    const text = formatTranscript(transcript)
    const person = await identity()
    expect(text).not.toContain('31323334')
    expect(text).toContain('"0020009804........"')
    expect(text).not.toContain(Buffer.from(person.auth.certificate.subarray(40, 60)).toString('hex').toUpperCase())
    const token = transcript.exchanges.find(({ send }) => send.startsWith('00B086'))!
    expect(token.receive.slice(2 * 80, 2 * 96)).toBe('..'.repeat(16))
    expect(token.receive.slice(0, 30)).toBe(Buffer.from('JPKIAPICCTOKEN2').toString('hex').toUpperCase())
    const sign = transcript.exchanges.find(({ send }) => send.startsWith('802A'))!
    expect(sign.receive).toBe(`${'..'.repeat(256)}9000`)
  })

  test('keeps PINs masked even when everything else is kept', async () => {
    const { transcript } = await recorded('all-but-secrets')
    expect(formatTranscript(transcript)).not.toContain('31323334')
  })

  test('text application data is masked whole', async () => {
    const { connection } = await bench()
    const recording = recordConnection(connection)
    const session = new CardSession(recording)
    await session.selectApplication({ id: 'text', aid: Buffer.from('D3921000310001010408', 'hex') })
    await session.transmit({ name: 'READ BINARY', cla: 0, ins: 0xb0, p1: 0x85, p2: 0, ne: 256 })
    const [, read] = recording.transcript().exchanges
    expect(read!.receive).toMatch(/^(\.\.)+9000$/)
    await session.close()
  })

  test('a card lost is written down as no answer', async () => {
    const { connection, card } = await bench()
    const recording = recordConnection(connection)
    const session = new CardSession(recording)
    card.setFaults([{ at: 2, do: 'pull' }])
    await thrown(() => authenticate(session, '1234'))
    expect(recording.transcript().exchanges.at(-1)!.receive).toBe('')
    expect(parseTranscript(formatTranscript(recording.transcript()))).toEqual(recording.transcript())
  })
})

describe('playback', () => {
  test('plays a whole session back, with any PIN in place of the masked one', async () => {
    const { transcript, result } = await recorded('all-but-secrets')
    const replay = replayConnection(parseTranscript(formatTranscript(transcript)))
    const session = new CardSession(replay)
    const again = await authenticate(session, '0000')
    expect(again.signature).toEqual(result.signature)
    await session.close()
    replay.assertDone()
  })

  test('refuses another command, one too many, and exchanges left over', async () => {
    const { transcript } = await recorded('all-but-secrets')
    const other = await thrown<TranscriptError>(() => identifyCard(new CardSession(replayConnection(transcript))))
    expect({ code: other.code, index: other.index }).toEqual({ code: 'ERR_REPLAY', index: 0 })
    const short = replayConnection({ ...transcript, exchanges: transcript.exchanges.slice(0, 1) })
    const session = new CardSession(short)
    const jpki = await JpkiApplication.open(session)
    expect(await thrown(() => jpki.readTokenInfo())).toMatchObject({ code: 'ERR_REPLAY', index: 1 })
    const at = transcript.exchanges.findIndex(({ name }) => name === 'VERIFY')
    const without = transcript.exchanges.filter((_, index) => index !== at)
    const inVerify = new CardSession(replayConnection({ ...transcript, exchanges: without }))
    expect(await thrown(() => authenticate(inVerify, '0000'))).toMatchObject({ code: 'ERR_REPLAY', index: at })
    const left = replayConnection(transcript)
    expect((await thrown<TranscriptError>(() => left.assertDone())).code).toBe('ERR_REPLAY')
  })

  test.each([
    ['not JSON', '{'],
    ['no object', '[]'],
    ['another format', '{"format":"jpki-card/transcript@2"}'],
    [
      'lower case',
      '{"format":"jpki-card/transcript@1","description":"","origin":"","reader":"","atr":"3b00","exchanges":[]}',
    ],
    [
      'half a byte',
      '{"format":"jpki-card/transcript@1","description":"","origin":"","reader":"","atr":"3B00","exchanges":[{"name":"x","send":"00A4040","receive":"9000"}]}',
    ],
    [
      'one status byte',
      '{"format":"jpki-card/transcript@1","description":"","origin":"","reader":"","atr":"3B00","exchanges":[{"name":"x","send":"00A40400","receive":"90"}]}',
    ],
  ])('%s is not a transcript', async (_, json) => {
    expect((await thrown<TranscriptError>(() => parseTranscript(json))).code).toBe('ERR_TRANSCRIPT')
  })
})

describe('the transcripts in vectors/', () => {
  const folder = new URL('../../vectors/transcripts/', import.meta.url)
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
    test(`${file} plays back to its end`, async () => {
      const transcript = parseTranscript(readFileSync(new URL(file, folder), 'utf8'))
      const replay = replayConnection(transcript)
      const session = new CardSession(replay)
      if (file.startsWith('identify')) {
        expect((await identifyCard(session)).kind).toBe(file.replace(/^identify-|\.json$/g, ''))
      } else {
        const jpki = await JpkiApplication.open(session)
        if (file === 'auth-wrong-pin.json') {
          const error = await thrown(() => jpki.authenticate(challenge, Pin.fromText('0000')))
          expect(error).toMatchObject({ code: 'ERR_PIN_REJECTED', triesLeft: 2 })
        } else if (file.startsWith('sign')) {
          await jpki.sign('sign', { message: challenge }, { pin: Pin.fromText('AAA000') })
        } else {
          await jpki.authenticate(challenge, Pin.fromText('0000'))
        }
      }
      await session.close()
      replay.assertDone()
    })
  }
})
