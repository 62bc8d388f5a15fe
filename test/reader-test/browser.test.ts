import { execFile, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { inflateSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Certificate } from '../../src/pki/x509/index.ts'
import { runSmoke, type SmokeReport, smokeTexts, smokeToHtml } from '../../src/reader-test/index.ts'
import { requireAll } from '../support/require-all.ts'
import { bench } from '../support/virtual.ts'

// The page in a real browser: Debian's chromium. Without it the suite is skipped, and fails in the gate.

const browser = ['chromium', 'chromium-browser', 'google-chrome'].find(
  (program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0,
)
const folder = mkdtempSync(join(tmpdir(), 'field-browser-'))
const run = promisify(execFile)
let report: SmokeReport

beforeAll(async () => {
  const { transport, card, connection } = await bench({ triesLeft: { sign: 0 } })
  await connection.close()
  const { authCa } = card.identity
  const [reader] = await transport.readers()
  report = await runSmoke(() => transport.connect(reader!.name), {
    at: new Date(),
    anchors: [Certificate.fromDer(authCa.certificate)],
    hierarchies: ['virtual'],
  })
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

test.runIf(browser !== undefined || requireAll)('there is a browser', () => {
  expect(browser).toBeDefined()
})

/** Opens a page as a person would; what it prints. */
async function open(html: string, ...more: readonly string[]): Promise<string> {
  const page = join(folder, 'page.html')
  writeFileSync(page, html)
  const profile = mkdtempSync(join(folder, 'profile-'))
  const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--hide-scrollbars']
  const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync']
  const args = [...flags, ...quiet, `--user-data-dir=${profile}`, ...more, `file://${page}`]
  const { stdout } = await run(browser!, args, { timeout: 90_000, maxBuffer: 16_777_216 })
  return stdout
}

describe.skipIf(browser === undefined)('the smoke report in a browser', { timeout: 100_000 }, () => {
  test.each(['en', 'ja'] as const)('%s: the page is whole after the browser has read it', async (language) => {
    const texts = smokeTexts(language)
    const dom = await open(smokeToHtml(report, language), '--dump-dom')
    expect(dom).toContain(`<html lang="${language}"`)
    expect(dom).toContain(`<h1>${texts.title}</h1>`)
    expect(dom).toContain('class="verdict failed"')
    const steps = [...dom.matchAll(/<tr id="([a-z-]+)" data-status="([a-z]+)">/g)].map(([, id, status]) => [id, status])
    expect(Object.fromEntries(steps)).toEqual(Object.fromEntries(report.steps.map(({ id, status }) => [id, status])))
    expect(steps).toContainEqual(['counter-sign', 'failed'])
    expect(dom.match(/<g class="command">/g)).toHaveLength(report.timings.length)
    for (const { command } of report.timings) expect(dom).toContain(`>${command}</text>`)
    expect(dom).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org)/)
  })

  test('a screenshot shows the verdict in its colour and bars in theirs', async () => {
    const png = join(folder, 'page.png')
    await open(smokeToHtml(report, 'en'), '--window-size=1000,1400', `--screenshot=${png}`)
    const pixels = decodePng(readFileSync(png))
    expect([pixels.width, pixels.height]).toEqual([1000, 1400])
    // --failed, --bar and --pale of the light style.
    for (const colour of ['b00020', '2f6fb7', 'bcd3ec']) expect(pixels.count(colour)).toBeGreaterThan(50)
    expect(pixels.count('ffffff')).toBeGreaterThan(500_000)
  })
})

/** An 8-bit RGB or RGBA PNG without interlacing, as browsers write them. */
function decodePng(bytes: Buffer) {
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)]
  const depth = bytes[25] === 6 ? 4 : 3
  const parts: Buffer[] = []
  for (let at = 8; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at)
    if (bytes.toString('latin1', at + 4, at + 8) === 'IDAT') parts.push(bytes.subarray(at + 8, at + 8 + length))
    at += 12 + length
  }
  const raw = inflateSync(Buffer.concat(parts))
  const counts = new Map<string, number>()
  let above = Buffer.alloc(width * depth)
  for (let row = 0; row < height; row++) {
    const from = row * (width * depth + 1)
    const line = unfilter(raw[from]!, Buffer.from(raw.subarray(from + 1, from + 1 + width * depth)), above, depth)
    for (let x = 0; x < width; x++) {
      const colour = line.toString('hex', x * depth, x * depth + 3)
      counts.set(colour, (counts.get(colour) ?? 0) + 1)
    }
    above = line
  }
  return { width, height, count: (colour: string) => counts.get(colour) ?? 0 }
}

/** PNG 9.2: the filters of a line. */
function unfilter(filter: number, line: Buffer<ArrayBuffer>, above: Buffer, depth: number): Buffer<ArrayBuffer> {
  for (let i = 0; i < line.length; i++) {
    const left = i < depth ? 0 : line[i - depth]!
    const up = above[i]!
    const corner = i < depth ? 0 : above[i - depth]!
    const [a, b, c] = [up - corner, left - corner, left + up - 2 * corner].map(Math.abs) as [number, number, number]
    const paeth = a <= b && a <= c ? left : b <= c ? up : corner
    line[i] = line[i]! + [0, left, up, (left + up) >> 1, paeth][filter]!
  }
  return line
}
