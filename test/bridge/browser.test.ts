import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { Browser, Page as Tab } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { BridgeClient, BridgeOutcome } from '../../src/bridge-client/index.ts'
import { customerLanguages } from '../../src/messages/index.ts'
import { browserProgram, startBrowser } from '../support/browser.ts'
import { requireAll } from '../support/require-all.ts'
import { bench, card } from './support.ts'

// The bridge as pages in Chromium meet it: the page it is for, and pages it is not for.

test.runIf(browserProgram !== undefined || requireAll)('there is a browser', () => {
  expect(browserProgram).toBeDefined()
})

/** What the pages of these tests keep. */
interface Globals {
  BridgeClient: typeof BridgeClient
  bridge: BridgeClient
  outcome: Promise<BridgeOutcome> | undefined
}

let browser: Browser
const pages: Server[] = []

/** A page with the client in it, as an ES module. */
const page = `<!doctype html><title>page</title><body><script type="module">
import { BridgeClient } from '/client.js'
globalThis.BridgeClient = BridgeClient
</script></body>`

/** A server of pages of an origin of its own, on this machine. */
async function origin(): Promise<string> {
  const path = fileURLToPath(new URL('../../src/bridge-client/index.ts', import.meta.url))
  const { outputFiles } = await build({ entryPoints: [path], bundle: true, format: 'esm', write: false })
  const server = createServer(({ url }, response) => {
    const isClient = url === '/client.js'
    response.setHeader('content-type', isClient ? 'text/javascript' : 'text/html')
    response.end(isClient ? outputFiles[0]!.text : page)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  pages.push(server)
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

beforeAll(async () => {
  if (browserProgram !== undefined) browser = await startBrowser('MAP evil.test 127.0.0.1')
})
afterAll(async () => {
  await browser?.close()
  for (const server of pages) server.close()
})

/** A tab with a page of an origin, in a profile of its own. */
async function open(at: string): Promise<Tab> {
  const tab = await (await browser.newContext()).newPage()
  await tab.goto(at)
  return tab
}

/** A page that has paired, and serves every visit. */
async function kiosk(at: string, url: string, secret: string): Promise<Tab> {
  const tab = await open(at)
  await tab.evaluate(
    async ([address, once]) => {
      const page = globalThis as unknown as Globals
      page.bridge = await page.BridgeClient.connect(address!, { secret: once })
      page.bridge.on('visit', ({ visit }) => {
        page.outcome = page.bridge.call('visit.serve', { visit, purpose: 'residence-record' })
      })
    },
    [url, secret],
  )
  return tab
}

const outcomeOf = (tab: Tab) =>
  tab.evaluate(async () => {
    const page = globalThis as unknown as Globals
    while (page.outcome === undefined) await new Promise((resolve) => setTimeout(resolve, 20))
    return page.outcome
  })

/** What a page gets out of a WebSocket to an address. */
const socketAt = (tab: Tab, address: string) =>
  tab.evaluate(
    (to) =>
      new Promise<string>((resolve) => {
        const socket = new WebSocket(to, 'jpki-card-bridge.v1')
        socket.onmessage = ({ data }) => resolve(`message ${data}`)
        socket.onclose = ({ code }) => resolve(`closed ${code}`)
      }),
    address,
  )

describe.skipIf(browserProgram === undefined)('in Chromium', { timeout: 60_000 }, () => {
  test('the page of the settings pairs and serves a customer', async () => {
    const at = await origin()
    const { bridge, transport, secrets } = await bench({ clients: [{ origin: at }] })
    const tab = await kiosk(at, bridge.url, secrets[0]!)
    await tab.evaluate(() => {
      const { bridge: client } = globalThis as unknown as Globals
      client.on('question', ({ question }) => client.sendPin(question, new TextEncoder().encode('1234')))
    })
    transport.insert(await card())
    expect(await outcomeOf(tab)).toMatchObject({ kind: 'accepted' })
    await tab.context().close()
  })

  test('a page of another origin gets nothing: no WebSocket, no answer, no frame, no script, no window', async () => {
    const [at, evil] = [await origin(), await origin()]
    const { bridge, transport, secrets, log } = await bench({ clients: [{ origin: at }], pinEntry: 'bridge-page' })
    const tab = await kiosk(at, bridge.url, secrets[0]!)
    transport.insert(await card())
    const address = await tab.evaluate(
      () =>
        new Promise<string>((resolve) => {
          const { bridge: client } = globalThis as unknown as Globals
          client.on('question', (question) => resolve((question as { page?: string }).page ?? ''))
        }),
    )
    expect(address).toContain('/pin/')
    const other = await open(evil)
    expect(await socketAt(other, `${bridge.url}/bridge`)).toBe('closed 1006')
    const got = await other.evaluate(async (pin) => {
      const attempt = (what: () => Promise<unknown>) => what().then(String, (error) => `refused: ${error.name}`)
      const post = { method: 'POST', body: '9999' }
      const read = await attempt(async () => (await fetch(`${pin}/question`)).text())
      const send = await attempt(async () => (await fetch(pin, post)).status)
      // A simple request that needs no permission: it arrives, and must be refused there.
      const blind = await attempt(async () => (await fetch(pin, { ...post, mode: 'no-cors' })).type)
      const form = document.createElement('form')
      Object.assign(form, { action: pin, method: 'post', target: 'hidden' })
      const frame = document.createElement('iframe')
      frame.name = 'hidden'
      document.body.append(form, frame)
      form.submit()
      await new Promise((resolve) => (frame.onload = resolve))
      const framed = await attempt(async () => frame.contentDocument?.body.textContent ?? 'nothing')
      const script = document.createElement('script')
      script.src = new URL('/pin/page.js', pin).href
      const loaded = await new Promise((resolve) => {
        script.onload = () => resolve('loaded')
        script.onerror = () => resolve('refused')
        document.head.append(script)
      })
      return { read, send, blind, framed, loaded }
    }, address)
    expect(got).toEqual({
      read: 'refused: TypeError',
      send: 'refused: TypeError',
      blind: expect.stringMatching(/opaque|refused/),
      framed: 'nothing',
      loaded: 'refused',
    })
    // Opened as a window it is the bridge's page, of which the opener sees nothing.
    const [popup] = await Promise.all([
      other.waitForEvent('popup'),
      other.evaluate((pin) => {
        const opened = window.open(pin)
        ;(globalThis as unknown as { opened: unknown }).opened = opened
      }, address),
    ])
    await popup.waitForSelector('main:not([hidden])')
    const seen = await other.evaluate(() => {
      const { opened } = globalThis as unknown as { opened: Window | null }
      try {
        return `${opened?.closed} ${opened?.document?.title}`
      } catch (error) {
        return (error as Error).name
      }
    })
    expect(seen).toMatch(/^(SecurityError|true undefined|true null)$/)
    // Nothing of all this has answered the question or cost a try.
    expect(await tab.evaluate(() => (globalThis as unknown as Globals).bridge.call('state', {}))).toMatchObject({
      visit: { owned: 'by-you' },
    })
    expect(log.filter(({ event }) => event === 'outcome')).toEqual([])
    expect(log).toContainEqual({ event: 'connection-refused', why: 'origin', origin: evil })
    await popup.close()
    await tab.context().close()
    await other.context().close()
  })

  test('a name that leads here (DNS rebinding), a sandboxed frame and a file are other origins', async () => {
    const at = await origin()
    const { bridge } = await bench({ clients: [{ origin: at }] })
    const rebound = await open(at.replace('127.0.0.1', 'evil.test'))
    expect(await socketAt(rebound, `ws://evil.test:${bridge.port}/bridge`)).toBe('closed 1006')
    expect(await socketAt(rebound, `${bridge.url}/bridge`)).toBe('closed 1006')
    const [answer] = await Promise.all([
      rebound.waitForEvent('response'),
      rebound.goto(`http://evil.test:${bridge.port}/pin/${'A'.repeat(43)}`).catch(() => {}),
    ])
    expect(answer.status()).toBe(421)
    const sandboxed = await open(at)
    const result = await sandboxed.evaluate(
      (to) =>
        new Promise((resolve) => {
          const frame = document.createElement('iframe')
          frame.setAttribute('sandbox', 'allow-scripts')
          frame.srcdoc = `<script>const s = new WebSocket('${to}', 'jpki-card-bridge.v1')
            s.onmessage = () => parent.postMessage('message', '*')
            s.onclose = () => parent.postMessage('closed', '*')</script>`
          addEventListener('message', ({ data }) => resolve(data))
          document.body.append(frame)
        }),
      `${bridge.url}/bridge`,
    )
    expect(result).toBe('closed')
    await rebound.context().close()
    await sandboxed.context().close()
  })

  test('a second page of the same origin has neither secret nor session, and cannot take the visit', async () => {
    const at = await origin()
    const { bridge, transport, secrets } = await bench({ clients: [{ origin: at }] })
    const tab = await kiosk(at, bridge.url, secrets[0]!)
    transport.insert(await card())
    await tab.evaluate(
      () => new Promise((resolve) => (globalThis as unknown as Globals).bridge.on('question', resolve)),
    )
    const second = await open(at)
    const codes = await second.evaluate(
      async ([address, used]) => {
        const { BridgeClient: Client } = globalThis as unknown as Globals
        const code = (error: { code: string }) => error.code
        const again = await Client.connect(address!, { secret: used }).catch(code)
        const guessed = { session: 'A'.repeat(43), key: 'A'.repeat(43) }
        return [again, await Client.connect(address!, { session: guessed }).catch(code)]
      },
      [bridge.url, secrets[0]!],
    )
    expect(codes).toEqual(['ERR_BRIDGE_ACCESS', 'ERR_BRIDGE_ACCESS'])
    const taken = await second.evaluate(
      async ([address, secret]) => {
        const { BridgeClient: Client } = globalThis as unknown as Globals
        const own = await Client.connect(address!, { secret })
        const { visit } = await own.call('state', {})
        const serve = { visit: visit!.visit, purpose: 'residence-record' }
        return own.call('visit.serve', serve).catch((error: { code: string }) => error.code)
      },
      [bridge.url, secrets[1]!],
    )
    expect(taken).toBe('ERR_BRIDGE_VISIT')
    await tab.context().close()
    await second.context().close()
  })

  test('the PIN is typed into the page of the bridge, by touch or by keys, in every language', async () => {
    const at = await origin()
    const { bridge, transport, secrets } = await bench({ clients: [{ origin: at }], pinEntry: 'bridge-page' })
    const tab = await kiosk(at, bridge.url, secrets[0]!)
    const axe = readFileSync(fileURLToPath(new URL('../../node_modules/axe-core/axe.min.js', import.meta.url)), 'utf8')
    await tab.evaluate(() => {
      const page = globalThis as unknown as Globals & { page: string }
      page.bridge.on('question', (question) => {
        page.page = (question as { page?: string }).page ?? ''
      })
    })
    transport.insert(await card())
    const address = await (
      await tab.waitForFunction(() => (globalThis as unknown as { page?: string }).page)
    ).jsonValue()
    const context = await browser.newContext({ bypassCSP: true, viewport: { width: 1024, height: 600 } })
    const pinPage = await context.newPage()
    for (const language of Object.keys(customerLanguages)) {
      await tab.evaluate(
        (one) => (globalThis as unknown as Globals).bridge.call('session.language', { language: one as 'ja' }),
        language,
      )
      await pinPage.goto(address!)
      await pinPage.waitForSelector('main:not([hidden])')
      await pinPage.evaluate(axe)
      const found = await pinPage.evaluate(() =>
        (globalThis as unknown as { axe: { run(): Promise<{ violations: { id: string }[] }> } }).axe.run(),
      )
      expect(
        found.violations.map(({ id }) => id),
        language,
      ).toEqual([])
      const width = await pinPage.evaluate(() => document.documentElement.scrollWidth)
      expect(width).toBeLessThanOrEqual(1024)
    }
    await pinPage.getByRole('button', { name: '1', exact: true }).click()
    await pinPage.keyboard.press('2')
    await pinPage.keyboard.press('9')
    await pinPage.keyboard.press('Backspace')
    await pinPage.keyboard.press('3')
    await pinPage.keyboard.press('4')
    expect(await pinPage.textContent('#typed')).toBe('●●●●')
    expect(await pinPage.content()).not.toMatch(/1234/)
    await pinPage.click('#enter')
    expect(await outcomeOf(tab)).toMatchObject({ kind: 'accepted' })
    await context.close()
    await tab.context().close()
  })
})
