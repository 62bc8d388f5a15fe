import { describe, expect, it } from 'vitest'
import { pinFromBytes } from '../../src/cli/pin-bytes.ts'
import { VirtualTransport } from '../../src/emulator/index.ts'
import { cardInReader, run } from './harness.ts'

const auth = 'auth --challenge 00 --virtual'
const accept = '--accept-that-a-wrong-pin-blocks-the-card'

describe('a PIN the card does not take', () => {
  it('is rejected with the tries left', async () => {
    const { code, json, everything } = await run(`${auth} --json --pin-stdin`, { stdin: '4321\n' })
    expect(code).toBe(4)
    expect(json).toMatchObject({ ok: false, error: { code: 'ERR_PIN_REJECTED', triesLeft: 2 } })
    expect(everything).not.toContain('4321')
    const { err } = await run(`${auth} --pin-stdin --lang ja`, { stdin: '4321\n' })
    expect(err).toContain('残りは2回です。')
  })

  it.each([['12a4\n'], ['123\n'], ['\n'], ['12 4\n'], ['１２３\n'], ['12é4\n']])(
    'costs no try when it is %j',
    async (stdin) => {
      const { card, transport } = await cardInReader()
      const { code, json } = await run('auth --challenge 00 --json --pin-stdin', { stdin, transport })
      expect([code, json.error.code]).toEqual([4, 'ERR_PIN_FORMAT'])
      expect(card.triesLeft('auth')).toBe(3)
    },
  )

  it('is guarded at the last try, unless that is accepted', async () => {
    const { card, transport } = await cardInReader({ triesLeft: { auth: 1 } })
    const guarded = await run('auth --challenge 00 --json --pin-stdin', { stdin: '1234\n', transport })
    const { error } = guarded.json
    expect([guarded.code, error.code, error.triesLeft, error.entriesLeft]).toEqual([4, 'ERR_PIN_GUARDED', 1, 0])
    expect(card.triesLeft('auth')).toBe(1)
    const again = new VirtualTransport({ card })
    const blocked = await run(`auth --challenge 00 --json --pin-stdin ${accept}`, { stdin: '4321\n', transport: again })
    expect([blocked.code, blocked.json.error.code, blocked.json.error.triesLeft]).toEqual([4, 'ERR_PIN_BLOCKED', 0])
  })

  it('is not even asked for when it could not be used', async () => {
    for (const [auth, code] of [
      [0, 'ERR_PIN_BLOCKED'],
      [1, 'ERR_PIN_GUARDED'],
    ] as const) {
      const { transport } = await cardInReader({ triesLeft: { auth } })
      const outcome = await run('auth --challenge 00 --json', { keys: ['1234\r'], transport })
      expect([outcome.code, outcome.json.error.code, outcome.raw]).toEqual([4, code, []])
    }
  })

  it('does not come: standard input is empty', async () => {
    const { code, json } = await run(`${auth} --json --pin-stdin`, { stdin: '' })
    expect([code, json.error.code]).toEqual([2, 'ERR_USAGE'])
    const long = await run(`${auth} --json --pin-stdin`, { stdin: '1'.repeat(1000) })
    expect([long.code, long.json.error.code]).toEqual([2, 'ERR_USAGE'])
  })
})

describe('a PIN typed at the terminal', () => {
  it('shows asterisks and the tries left, and gives the terminal back', async () => {
    const { code, err, raw, everything } = await run(`${auth} --lang ja`, { keys: ['1234\r'] })
    expect(code).toBe(0)
    expect(err).toContain('（残り回数 3 回、ここで入力できるのは 2 回）')
    expect(err).toContain('****')
    expect(raw).toEqual([true, false])
    expect(everything).not.toContain('1234')
  })

  it('can be edited', async () => {
    const { code, raw } = await run(auth, { keys: ['99\x15\x1b[A1あ\x7f2９\x7f34\r'] })
    expect([code, raw]).toEqual([0, [true, false]])
    const arrow = new Promise<number>((resolve) => {
      void run(auth, { keys: ['\x1b[A'], signal: AbortSignal.timeout(100) }).then((outcome) => resolve(outcome.code))
    })
    expect(await arrow).toBe(130)
  })

  it.each([['12\x03'], ['\x04']])(
    'is given up with %j: exit 130, the terminal as before, the session closed',
    async (keys) => {
      const { card, transport } = await cardInReader()
      const { code, json, raw } = await run('auth --challenge 00 --json', { keys: [keys], transport })
      expect([code, json.error.code, raw]).toEqual([130, 'ERR_ABORTED', [true, false]])
      expect(card.triesLeft('auth')).toBe(3)
    },
  )
})

describe('pin change', () => {
  it('changes by lines of standard input', async () => {
    const { card, transport } = await cardInReader()
    const { code, json, everything } = await run('pin change --pin auth --json --pin-stdin', {
      stdin: '1234\n5678\n',
      transport,
    })
    expect(code).toBe(0)
    expect(json).toMatchObject({ ok: true, pin: 'auth', changed: true })
    expect(everything).not.toMatch(/1234|5678/)
    const check = await run('auth --challenge 00 --pin-stdin', {
      stdin: '5678\n',
      transport: new VirtualTransport({ card }),
    })
    expect(check.code).toBe(0)
  })

  it.each(['text', 'juki', 'common'] as const)('changes the PIN %s of its own application', async (pin) => {
    const { card, transport } = await cardInReader()
    const line = `pin change --pin ${pin} --json --pin-stdin`
    const { code, json, everything } = await run(line, { stdin: '1234\n5678\n', transport })
    expect([code, json]).toEqual([0, expect.objectContaining({ ok: true, pin, changed: true })])
    expect(everything).not.toMatch(/1234|5678/)
    const again = await run(line, { stdin: '1234\n9999\n', transport: new VirtualTransport({ card }) })
    expect(again.json.error).toMatchObject({ code: 'ERR_PIN_REJECTED', pin, triesLeft: 2 })
    const person = { keys: ['5678\r', '0123\r', '0123\r'], transport: new VirtualTransport({ card }) }
    expect((await run(`pin change --pin ${pin}`, person)).code).toBe(0)
    expect((['text', 'juki', 'common'] as const).map((name) => card.triesLeft(name))).toEqual([3, 3, 3])
  })

  it('reports a card without the application before it asks', async () => {
    const { code, json, raw } = await run('pin change --pin text --virtual --virtual-kind juki --json', {
      keys: ['1234\r'],
    })
    expect([code, json.error.code, raw]).toEqual([1, 'ERR_APPLICATION_NOT_FOUND', []])
  })

  it('changes by a person who types the new one twice', async () => {
    const { code, raw, everything } = await run('pin change --pin sign --virtual --lang ja', {
      keys: ['abc123\r', 'NEW456\r', 'new456\r'],
    })
    expect([code, raw.length]).toEqual([0, 6])
    expect(everything.toUpperCase()).not.toMatch(/ABC123|NEW456/)
  })

  it('changes nothing when the new one differs', async () => {
    const { card, transport } = await cardInReader()
    const { code, json } = await run('pin change --pin auth --json', {
      keys: ['1234\r', '5678\r', '5679\r'],
      transport,
    })
    expect([code, json.error.code]).toEqual([4, 'ERR_PIN_MISMATCH'])
    expect(card.triesLeft('auth')).toBe(3)
  })

  it('wants a letter and a digit in a new signature password', async () => {
    const { json } = await run('pin change --pin sign --virtual --json --pin-stdin', { stdin: 'ABC123\nABCDEF\n' })
    expect(json.error.code).toBe('ERR_PIN_FORMAT')
    expect(json.error.detail).toContain('must have 6 to 16 letters A-Z and digits, at least one letter and one digit')
  })

  it.each([
    ['auth', ['1234\r', '12\r'], 'the new auth PIN: it must have 4 digits'],
    ['auth', ['1234\r', '12a4\r'], 'the new auth PIN: it must have 4 digits'],
    ['text', ['1234\r', '12345\r'], 'the new text PIN: it must have 4 digits'],
    ['sign', ['ABC123\r', 'abcdefg\r'], 'at least one letter and one digit'],
    ['sign', ['ABC123\r', 'AB12\r'], 'at least one letter and one digit'],
    ['auth', ['123\r'], 'the auth PIN: it must have 4 digits'],
    ['sign', ['ABC\r'], 'the sign PIN: it must have 6 to 16 letters A-Z and digits'],
  ] as const)('of %s says at once, asking no further, what %j must be: %s', async (pin, keys, detail) => {
    const { card, transport } = await cardInReader()
    const { code, json, raw } = await run(`pin change --pin ${pin} --json`, { keys: [...keys, 'never\r'], transport })
    expect([code, json.error.code, raw.length]).toEqual([4, 'ERR_PIN_FORMAT', 2 * keys.length])
    expect(json.error.detail).toContain(detail)
    expect([card.triesLeft('auth'), card.triesLeft('sign'), card.triesLeft('text')]).toEqual([3, 5, 3])
  })
})

describe('input left over after the last PIN', () => {
  it.each([
    ['pin change --pin auth', '1234\n5678\n9999\n'],
    ['pin change --pin auth', '1234\n5678\n5678\n'],
    ['pin change --pin sign', 'ABC123\nNEW456\n\nNEW456'],
    ['auth --challenge 00', '1234\n5678\n'],
    ['auth --challenge 00', '1234\n '],
    ['certificate sign', 'ABC123\nABC123\n'],
    ['text attributes', '1234\n1234\n'],
    ['visual show --with birth-date', '700101\n2030\n1234\n'],
    ['smoke', '1234\nABC123\n'],
    ['soak --sessions 1', '1234\nABC123\n'],
  ])('is refused before a PIN is spent: %s', async (line, stdin) => {
    const { card, transport } = await cardInReader()
    const { code, json } = await run(`${line} --pin-stdin --json`, { stdin, transport })
    expect([code, json.error.code]).toEqual([2, 'ERR_USAGE'])
    expect(json.error.message).toContain('more lines than this command reads')
    expect([card.triesLeft('auth'), card.triesLeft('sign'), card.triesLeft('text')]).toEqual([3, 5, 3])
    const check = await run('auth --challenge 00 --pin-stdin', {
      stdin: '1234\n',
      transport: new VirtualTransport({ card }),
    })
    expect(check.code).toBe(0)
  })

  it.each(['1234', '1234\n', '1234\r\n', '1234\n\n', '1234\r\n\r\n'])('is not a line end alone: %j', async (stdin) => {
    expect((await run('auth --challenge 00 --pin-stdin --virtual', { stdin })).code).toBe(0)
  })
})

describe('pinFromBytes', () => {
  it('is what Pin.fromText is, and wipes what it was given', () => {
    const typed = Buffer.from('ａＢc１2')
    const pin = pinFromBytes(typed, { upperCase: true })
    expect(pin.lend((bytes) => Buffer.from(bytes).toString())).toBe('ABC12')
    expect(typed.every((byte) => byte === 0)).toBe(true)
    expect(() => pinFromBytes(Buffer.from([0xef]), { upperCase: false })).toThrow('letters and digits')
  })
})
