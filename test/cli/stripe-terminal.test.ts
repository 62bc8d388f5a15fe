import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { main } from '../../src/cli/main.ts'
import { sharedFolder } from '../support/shared.ts'
import { commandLine } from '../support/slot.ts'
import { run } from './harness.ts'

/** A terminal of its own, a shell that runs the command and afterwards shows what was left for it. Keys come from the arguments. */
const terminal = String.raw`
import os, pty, sys, time, termios, signal
node, program, line, *keys = sys.argv[1:]
shell = '"%s" "%s" %s; echo "code:$?"; stty -icanon -echo min 0 time 5; echo "rest:[$(cat | tr "\\r\\n" "<>")]"' % (node, program, line)
pid, fd = pty.fork()
if pid == 0:
    os.execv('/bin/sh', ['/bin/sh', '-c', shell])
raw = lambda: not termios.tcgetattr(fd)[3] & termios.ICANON
end = time.time() + 30
while time.time() < end and not raw():
    time.sleep(0.01)
for key in keys:
    time.sleep(0.05)
    os.write(fd, key.encode().decode('unicode_escape').encode())
shown = b''
while time.time() < end:
    try:
        part = os.read(fd, 4096)
    except OSError:
        break
    if not part:
        break
    shown += part
os.waitpid(pid, 0)
sys.stdout.write(shown.decode())
`
const hasPython = spawnSync('python3', ['-c', 'import pty']).status === 0

/** What the terminal shows: output, `code:` and `rest:[…]`. */
function atTerminal(line: string, ...keys: string[]): string {
  const { stdout } = spawnSync('python3', ['-c', terminal, process.execPath, commandLine, line, ...keys], {
    encoding: 'utf8',
    timeout: 60_000,
  })
  return stdout
}

describe.skipIf(!hasPython || process.platform === 'win32')(
  'a swipe at a real terminal leaves nothing for the shell',
  () => {
    test('each track with Enter: all tracks are read', () => {
      const shown = atTerminal('stripe decode --json', String.raw`%ABC^D?\r`, String.raw`;123?\r`, String.raw`+456?\r`)
      expect(shown).toMatch(/"data":"ABC\^D".*"data":"123".*"data":"456"/)
      expect(shown).toMatch(/code:0\s+rest:\[\]/)
      // Nothing is echoed.
      expect(shown).not.toContain('%ABC')
    })

    test.each([
      [
        'the swipe is refused',
        'stripe decode --json',
        [String.raw`%\x01?\r`, String.raw`;12A?\r`, String.raw`reboot?\r`],
        1,
      ],
      [
        'it is interrupted with Ctrl-C',
        'stripe decode --json',
        [String.raw`%AB\x03`, String.raw`C?\r`, String.raw`;reboot?\r`],
        130,
      ],
      ['the profile is missing', 'stripe decode --profile missing', [String.raw`%ABC?\r`, String.raw`;reboot?\r`], 1],
    ])('%s', (_name, line, keys, code) => {
      const shown = atTerminal(line, ...keys)
      expect(shown).toMatch(new RegExp(String.raw`code:${code}\s+rest:\[\]`))
      expect(shown).not.toContain('reboot')
    })
  },
)

describe('a swipe at a terminal', () => {
  interface Ended {
    readonly code: number
    readonly out: string
    readonly raw: readonly boolean[]
    readonly left: string
  }

  /** Types piece by piece; `abort` stands for a signal. */
  async function type(pieces: readonly (string | 'abort')[], pauseMs = 20): Promise<Ended> {
    const stdin = new PassThrough()
    const raw: boolean[] = []
    const out: string[] = []
    const controller = new AbortController()
    const ended = main(['stripe', 'decode', '--json'], {
      stdin: Object.assign(stdin, { isTTY: true, setRawMode: (on: boolean) => raw.push(on) }),
      stdout: { write: (chunk) => out.push(String(chunk)) },
      stderr: { write: () => undefined },
      env: {},
      signal: controller.signal,
    })
    while (raw.length === 0) await sleep(5)
    for (const piece of pieces) {
      if (piece === 'abort') controller.abort('SIGTERM')
      else stdin.write(piece)
      await sleep(pauseMs)
    }
    const code = await ended
    return { code, out: out.join(''), raw, left: String(stdin.read() ?? '') }
  }

  test.each([
    ['without a line end', ['%ABC?'], 'ABC'],
    ['with a tab', ['%ABC?\t'], 'ABC'],
    ['key by key', [...'%ABC?\r'], 'ABC'],
    ['with an end of input', ['%ABC?', '\u0004'], 'ABC'],
  ])('%s is read, and the terminal is as before', async (_name, pieces, data) => {
    const { code, out, raw, left } = await type(pieces)
    expect([code, JSON.parse(out).tracks[0].data, raw, left]).toEqual([0, data, [true, false], ''])
  })

  test('a person who rests before the end is waited for', async () => {
    const { code, out } = await type(['%AB', 'C?\r'], 700)
    expect([code, JSON.parse(out).tracks[0].data]).toEqual([0, 'ABC'])
  })

  test.each([
    ['a signal', ['%AB', 'abort', 'C?\r', ';123?\r'], 143],
    ['Ctrl-C', ['%AB', '\u0003', 'C?\r', ';123?\r'], 130],
  ])('after %s the rest is swallowed and the terminal is as before', async (_name, pieces, code) => {
    const ended = await type(pieces)
    expect([ended.code, ended.raw, ended.left]).toEqual([code, [true, false], ''])
    expect(JSON.parse(ended.out).error.code).toBe('ERR_ABORTED')
  })

  test('more than a swipe is refused, and swallowed', async () => {
    const { code, out, left } = await type(['1'.repeat(60_000), '1'.repeat(60_000), ';1?\r'])
    expect([code, JSON.parse(out).error.code, left]).toEqual([1, 'ERR_FILE', ''])
  })
})

const cases = sharedFolder('cases')
describe.skipIf(cases === undefined)('swipes of readers that end each track in another way', () => {
  test.each([
    ['stripe-cr-between-tracks.txt', ['ABC^DEF', '1234567890']],
    ['stripe-tab-after.txt', ['1234567890']],
    ['stripe-track3-semicolon.txt', ['ABC', '123', '456']],
  ])('%s: every track is read', async (name, data) => {
    const { code, json } = await run(['stripe', 'decode', join(cases!, name), '--json'])
    expect([code, json.tracks.map((track: { data: string }) => track.data), json.unreadable]).toEqual([0, data, []])
  })
})

describe('keyboard layouts', () => {
  test('a swipe with signs of a wrong layout is refused with the option to use, which reads it', async () => {
    const typed = '%B1&NAME?;12^34?\r'
    const refused = await run('stripe decode --json', { stdin: typed })
    expect([refused.code, refused.json.error.code]).toEqual([1, 'ERR_STRIPE'])
    expect(refused.json.error.detail).toContain('--layout us')
    const { json } = await run('stripe decode --layout us --json', { stdin: typed })
    expect(json.tracks.map(({ data, repaired }: { data: string; repaired: string[] }) => [data, repaired])).toEqual([
      ['B1^NAME', ['layout']],
      ['12=34', ['layout']],
    ])
  })

  test('an unknown layout is wrong usage', async () => {
    const { code, json } = await run('stripe decode --layout fr --json', { stdin: ';1?' })
    expect([code, json.error.message]).toEqual([2, expect.stringContaining('--layout same|us|jp')])
  })
})
