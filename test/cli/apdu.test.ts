import { describe, expect, it } from 'vitest'
import { cardInReader, run } from './harness.ts'

const selectJpki = '00A4040C0AD392F000260100000001'

describe('apdu', () => {
  it('sends commands in one session and shows each response', async () => {
    const { code, out } = await run([
      'apdu',
      selectJpki,
      '00 b0 86 00 04',
      '00:A4:02:0C:02:00:18',
      '00200080',
      '--virtual',
    ])
    expect(code).toBe(0)
    expect(out.split('\n')).toEqual([
      `> ${selectJpki}`,
      '< 9000 (normal end)',
      '> 00B0860004',
      expect.stringMatching(/^< [0-9A-F]{8} 9000 \(normal end\)$/),
      '> 00A4020C020018',
      '< 9000 (normal end)',
      '> 00200080',
      expect.stringMatching(/^< 63C3 \(/),
      '',
    ])
  })

  it('reads commands from standard input, with comments, and answers as JSON', async () => {
    const stdin = `# JPKI\n${selectJpki}\n\n00A4020C020018  # PIN\n00200080\n`
    const { code, json } = await run('apdu --virtual --json', { stdin })
    expect(code).toBe(0)
    expect(json).toMatchObject({ ok: true, reader: 'Virtual Reader 0', clearedBy: 'select' })
    expect(json.commands).toHaveLength(3)
    expect(json.commands[2]).toMatchObject({ command: '00200080', data: '', status: '63C3' })
    expect((await run('apdu - --virtual --json', { stdin })).json.commands).toEqual(json.commands)
  })

  it.each([
    ['VERIFY', ['00200080', '04', '31323334'].join('')],
    ['VERIFY with a class of its own', '802000800431323334'],
    ['VERIFY, chained', '102000800431323334'],
    ['VERIFY with extended length', '0020008000000431323334'],
    ['VERIFY with Le only, its data forgotten', '0020008004'],
    ['CHANGE REFERENCE DATA', '00240080083132333435363738'],
    ['RESET RETRY COUNTER', '002C00800431323334'],
    ['CHANGE KEY', '803200000431323334'],
    ['ENVELOPE around VERIFY', '00C2000009002000800431323334'],
  ])('refuses %s, and sends nothing at all', async (_, hex) => {
    const { card, transport } = await cardInReader()
    for (const setting of [{ argv: [selectJpki, hex] }, { argv: ['-'], stdin: `${selectJpki}\n${hex}\n` }]) {
      const { argv, ...rest } = setting
      const { code, json, everything } = await run(['apdu', ...argv, '--json'], { transport, ...rest })
      expect([code, json.error.code]).toEqual([1, 'ERR_RAW_VERIFY_REFUSED'])
      expect(everything).not.toMatch(/31323334|1234/)
    }
    expect([card.exchanges, card.triesLeft('auth')]).toEqual([0, 3])
  })

  it('refuses a PIN command that was cut in two', async () => {
    const { code, everything } = await run(['apdu', '00200080', '0431323334', '--virtual'])
    expect([code, everything.includes('31323334')]).toEqual([1, false])
  })

  it.each([['1234'], ['00A4'], ['00A4040C0'], ['hello'], ['00', '20', '00', '80', '04', '31', '32', '33', '34']])(
    'refuses %s, which is no command, without repeating it',
    async (...words) => {
      const { code, err } = await run(['apdu', ...words, '--virtual'])
      expect([code, err.includes('HEX')]).toEqual([2, true])
      expect(err).not.toContain(words.at(-1))
    },
  )

  it('needs a command', async () => {
    expect((await run('apdu --virtual')).code).toBe(2)
    expect((await run('apdu --virtual', { stdin: '# nothing\n' })).err).toContain('HEX')
  })
})
