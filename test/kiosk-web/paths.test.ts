import { existsSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { requireAll } from '../support/require-all.ts'
import { drawn, Hall, hasBrowser, type Kiosk } from './support.ts'

// examples/kiosk-web in Debian's chromium: each path of a customer, from the card to the paper in the tray.

test.runIf(hasBrowser || requireAll)('there is a browser', () => {
  expect(hasBrowser).toBe(true)
})

describe.skipIf(!hasBrowser)('a kiosk in a browser', { timeout: 60_000 }, () => {
  let hall: Hall
  let kiosk: Kiosk
  let other: Kiosk

  beforeAll(async () => {
    hall = await Hall.open(['--idle-ms', '9000', '--outcome-ms', '600', '--print-ms', '400'])
    ;[kiosk, other] = hall.kiosks
  })
  afterAll(() => hall?.close())
  beforeEach(() => kiosk.ready())

  describe('who can be served', () => {
    test('a card: found, documents, PIN, paper, card', async () => {
      const before = kiosk.papers()
      const { name } = await kiosk.place('ordinary')
      await kiosk.shows('found')
      expect(await kiosk.text('title')).toContain('マイナンバーカード')
      await kiosk.press('continue')
      await kiosk.shows('choose-documents')
      await kiosk.press('more-residence-record')
      await kiosk.press('more-residence-record-own')
      await kiosk.press('continue')
      await kiosk.enterPin('1234')
      await kiosk.shows('take-paper')
      await kiosk.shows('take-card')
      await kiosk.act('take')
      await kiosk.shows('ended')
      await kiosk.shows('place-card')
      const screens = await kiosk.screens()
      expect(screens.filter((one) => one !== 'accepted').slice(1)).toEqual([
        'checking',
        'found',
        'choose-documents',
        'enter-pin',
        'authenticating',
        'printing',
        'take-paper',
        'take-card',
        'ended',
        'place-card',
      ])
      const pages = await kiosk.printed(before)
      expect(pages).toHaveLength(3)
      for (const page of pages) expect(page).toContain(drawn(name))
      expect(pages.filter((page) => page.includes('本人のみ'))).toHaveLength(1)
      expect((await kiosk.cues()).filter((one) => one !== 'attention')).toEqual([
        'card-placed',
        ...(screens.includes('accepted') ? ['success'] : []),
        'success',
        'take-card',
      ])
    })

    test('with the keyboard alone', async () => {
      await kiosk.place('ordinary')
      const { keyboard } = kiosk.page
      await kiosk.shows('found')
      expect(await kiosk.page.evaluate(() => document.activeElement?.id)).toBe('title')
      await keyboard.press('Enter')
      await kiosk.shows('choose-documents')
      // From the heading: fewer, more, fewer, more, cancel, continue.
      for (let i = 0; i < 4; i++) await keyboard.press('Tab')
      expect(await kiosk.page.evaluate(() => document.activeElement?.id)).toBe('more-residence-record-own')
      await keyboard.press('Space')
      expect(await kiosk.page.evaluate(() => document.activeElement?.id)).toBe('more-residence-record-own')
      await keyboard.press('Tab')
      await keyboard.press('Tab')
      await keyboard.press('Enter')
      await kiosk.shows('enter-pin')
      await keyboard.type('92')
      await keyboard.press('Backspace')
      await keyboard.press('Backspace')
      await keyboard.type('1234')
      await keyboard.press('Enter')
      await kiosk.shows('take-paper')
    })

    test('an Android phone, with its PIN', async () => {
      const before = kiosk.papers()
      const { name } = await kiosk.place('phone-android')
      await kiosk.shows('found')
      expect(await kiosk.text('title')).toContain('Android')
      await kiosk.chooseOne()
      await kiosk.enterPin('1234')
      await kiosk.shows('take-paper')
      expect((await kiosk.printed(before))[0]).toContain(drawn(name))
    })

    test('an iPhone whose holder has verified, without a PIN', async () => {
      const before = kiosk.papers()
      const { name } = await kiosk.place('phone-iphone')
      await kiosk.chooseOne()
      await kiosk.shows('take-paper')
      expect(await kiosk.screens()).not.toContain('enter-pin')
      expect((await kiosk.printed(before))[0]).toContain(drawn(name))
    })

    test('a certificate that ends soon: the paper, and until when it is valid', async () => {
      await kiosk.place('renewal-window')
      await kiosk.chooseOne()
      await kiosk.enterPin('1234')
      await kiosk.shows('take-paper')
      expect(await kiosk.text('notice')).toMatch(/有効期限は\d{4}年/)
    })

    test.each(['child', 'residence'])('%s', async (mood) => {
      await kiosk.place(mood)
      await kiosk.chooseOne()
      await kiosk.enterPin('1234')
      await kiosk.shows('take-paper')
    })

    test('two at once: each gets their own paper', async () => {
      await other.ready()
      const before = hall.kiosks.map((one) => one.papers())
      const people = [await kiosk.place('ordinary'), await other.place('ordinary', 1)]
      expect(drawn(people[0]!.name)).not.toBe(drawn(people[1]!.name))
      await Promise.all(
        hall.kiosks.map(async (one) => {
          await one.chooseOne()
          await one.enterPin('1234')
          await one.shows('take-paper')
        }),
      )
      for (const [i, one] of hall.kiosks.entries()) {
        const [page] = await one.printed(before[i]!)
        expect(people.map(({ name }) => page!.includes(drawn(name)))).toEqual([i === 0, i === 1])
      }
    })
  })

  describe('who cannot', () => {
    test.each([
      ['certificate-expired', 'certificate-expired'],
      ['card-expired', 'card-expired'],
      ['revoked', 'certificate-revoked'],
      ['pin-blocked', 'pin-blocked'],
      ['last-try', 'pin-guarded'],
      ['face-authentication', 'card-without-pin'],
      ['phone-iphone-unverified', 'verify-on-phone'],
      ['registration-expired', 'card-kind-ended'],
    ])('%s: %s, without a PIN', async (mood, situation) => {
      const before = kiosk.papers()
      await kiosk.place(mood)
      if (situation === 'verify-on-phone') await kiosk.chooseOne()
      await kiosk.shows(`refused-${situation}`)
      expect(await kiosk.screens()).not.toContain('enter-pin')
      await kiosk.shows('take-card')
      expect(await kiosk.cues()).toContain('refused')
      expect(kiosk.papers()).toEqual(before)
    })

    test('a wrong PIN, then the right one', async () => {
      await kiosk.place('child')
      await kiosk.chooseOne()
      await kiosk.enterPin('9999')
      await kiosk.shows('enter-pin-again')
      expect(await kiosk.text('notice')).toContain('あと1回')
      await kiosk.enterPin('1234')
      await kiosk.shows('take-paper')
    })

    test('as many wrong PINs as this machine allows; the code for the operator is in small print', async () => {
      await kiosk.place('residence')
      await kiosk.chooseOne()
      await kiosk.enterPin('9999')
      await kiosk.shows('enter-pin-again')
      await kiosk.enterPin('9998')
      await kiosk.shows('refused-pin-wrong-last')
      expect(await kiosk.text('code')).toBe('コード: ERR_PIN_REJECTED')
    })

    test('who cancels, at each question; the same card may try again', async () => {
      await kiosk.place('ordinary')
      await kiosk.shows('found')
      await kiosk.page.keyboard.press('Escape')
      await kiosk.shows('refused-cancelled')
      await kiosk.press('again')
      await kiosk.shows('found')
      await kiosk.press('continue')
      await kiosk.shows('choose-documents')
      await kiosk.press('cancel')
      await kiosk.shows('refused-cancelled')
      await kiosk.press('again')
      await kiosk.chooseOne()
      await kiosk.shows('enter-pin')
      await kiosk.press('digit-1')
      await kiosk.press('cancel')
      await kiosk.shows('refused-cancelled')
    })
  })

  describe('the card is pulled', () => {
    const stages: Readonly<Record<string, () => Promise<void>>> = {
      found: () => kiosk.shows('found'),
      'choose-documents': async () => {
        await kiosk.shows('found')
        await kiosk.press('continue')
        await kiosk.shows('choose-documents')
      },
      'enter-pin': async () => {
        await kiosk.chooseOne()
        await kiosk.shows('enter-pin')
        await kiosk.press('digit-1')
      },
      printing: async () => {
        await kiosk.chooseOne()
        await kiosk.enterPin('1234')
        await kiosk.shows('printing')
      },
    }
    test.each(Object.keys(stages))('at %s: nothing is printed, and the screen says why', async (stage) => {
      const before = kiosk.papers()
      await kiosk.place('ordinary')
      await stages[stage]!()
      await kiosk.act('take')
      await kiosk.shows('refused-card-removed')
      expect(kiosk.papers()).toEqual(before)
    })

    test('with the paper in the tray: thanks', async () => {
      await kiosk.place('ordinary')
      await kiosk.chooseOne()
      await kiosk.enterPin('1234')
      await kiosk.shows('take-paper')
      await kiosk.act('take')
      await kiosk.shows('ended')
    })
  })

  describe('what fails', () => {
    beforeAll(async () => {
      await other.ready()
      await other.place('pin-blocked')
    })

    test('the reader service, before a customer and during the PIN: no more than is known is said, until it is back', async () => {
      await kiosk.act('readers', { on: false })
      await kiosk.shows('out-of-service')
      await kiosk.act('readers', { on: true })
      await kiosk.shows('place-card')
      await kiosk.place('ordinary')
      await kiosk.chooseOne()
      await kiosk.shows('enter-pin')
      await kiosk.act('readers', { on: false })
      await kiosk.enterPin('1234')
      await kiosk.shows('refused-pin-unsure')
      await kiosk.act('take')
      await kiosk.act('readers', { on: true })
      await kiosk.shows('place-card')
    })

    test('the server: before the PIN, and served by the next attempt', async () => {
      await hall.act('server', { on: false })
      await kiosk.place('ordinary')
      await kiosk.shows('refused-service-later')
      expect(await kiosk.screens()).not.toContain('enter-pin')
      await hall.act('server', { on: true })
      await kiosk.act('take')
      await kiosk.place('ordinary')
      await kiosk.chooseOne()
      await kiosk.enterPin('1234')
      await kiosk.shows('take-paper')
    })

    test('the printer: nothing is in the tray', async () => {
      const before = kiosk.papers()
      await kiosk.act('paper', { on: false })
      await kiosk.place('ordinary')
      await kiosk.chooseOne()
      await kiosk.enterPin('1234')
      await kiosk.shows('refused-out-of-order')
      expect(await kiosk.text('code')).toContain('ERR_PRINTER')
      expect(kiosk.papers()).toEqual(before)
    })

    test('the bridge: out of service in the language chosen, then ready by itself', async () => {
      await kiosk.press('language-vi')
      await kiosk.act('bridge', { on: false })
      await kiosk.shows('out-of-service')
      expect(await kiosk.page.locator('html').getAttribute('lang')).toBe('vi')
      await kiosk.act('bridge', { on: true })
      await kiosk.shows('place-card')
      expect(await kiosk.page.locator('html').getAttribute('lang')).toBe('vi')
    })

    test('the page: loaded again during the PIN, it goes on with its customer', async () => {
      await kiosk.place('ordinary')
      await kiosk.chooseOne()
      await kiosk.shows('enter-pin')
      await kiosk.press('language-en')
      await kiosk.press('digit-1')
      await kiosk.page.reload()
      await kiosk.shows('enter-pin')
      expect(await kiosk.text('title')).toBe('Please enter the PIN')
      await kiosk.enterPin('1234')
      await kiosk.shows('take-paper')
    })
  })

  test('who leaves the card is reminded of it', async () => {
    await other.shows('forgotten-card')
    expect(await other.screens()).toContain('take-card')
    expect(await other.cues()).toContain('attention')
  })

  describe('at any moment', () => {
    test('another language changes the present screen, and keeps what was chosen and typed', async () => {
      const tags = { en: 'en', zh: 'zh-Hans', ko: 'ko', pt: 'pt-BR', es: 'es', vi: 'vi', ja: 'ja' }
      const titles = async () => {
        const seen = new Set<string>()
        for (const [language, tag] of Object.entries(tags)) {
          await kiosk.press(`language-${language}`)
          const isShown = ([id, lang]: readonly string[]): boolean =>
            document.documentElement.lang === lang && document.querySelector(`#${id}[aria-pressed=true]`) !== null
          await kiosk.page.waitForFunction(isShown, [`language-${language}`, tag], { polling: 25 })
          seen.add(await kiosk.text('title'))
        }
        return seen.size
      }
      await kiosk.shows('place-card')
      expect(await titles()).toBe(7)
      await kiosk.place('ordinary')
      await kiosk.shows('found')
      expect(await titles()).toBe(7)
      await kiosk.press('continue')
      await kiosk.shows('choose-documents')
      await kiosk.press('more-residence-record')
      expect(await titles()).toBe(7)
      expect(await kiosk.page.locator('output').first().textContent()).toBe('2部')
      await kiosk.press('continue')
      await kiosk.shows('enter-pin')
      await kiosk.press('digit-1')
      await kiosk.press('digit-2')
      expect(await titles()).toBe(7)
      expect(await kiosk.page.locator('.dots').textContent()).toBe('●●○○')
      await kiosk.press('digit-3')
      await kiosk.press('digit-4')
      await kiosk.press('enter')
      await kiosk.shows('take-card')
      expect(await titles()).toBe(7)
      await kiosk.act('take')
      await kiosk.shows('ended')
      expect(await titles()).toBe(7)
    })

    test('digits are dots only, wherever the page has text', async () => {
      await kiosk.place('ordinary')
      await kiosk.chooseOne()
      await kiosk.shows('enter-pin')
      const pad = await kiosk.page.locator('.pad').textContent()
      for (const digit of '7316') await kiosk.press(`digit-${digit}`)
      expect(await kiosk.page.locator('.dots').textContent()).toBe('●●●●')
      expect(await kiosk.page.locator('.pad').textContent()).toBe(pad)
      expect(await kiosk.page.content()).not.toMatch(/7316/)
      expect(await kiosk.page.locator('#live').textContent()).toBe('4桁入力しました')
    })

    test('the prompts are spoken while "listen" is on', async () => {
      await kiosk.page.evaluate(() => {
        const said: string[] = []
        Object.assign(globalThis, { said })
        speechSynthesis.speak = ({ text, lang }) => void said.push(`${lang} ${text}`)
      })
      await kiosk.press('listen')
      await kiosk.page.locator('#listen[aria-pressed=true]').waitFor()
      await kiosk.place('ordinary')
      await kiosk.shows('found')
      await kiosk.press('language-en')
      await kiosk.page.locator('html[lang=en]').waitFor()
      await kiosk.press('listen')
      const said = await kiosk.page.evaluate(() => (globalThis as unknown as { said: string[] }).said)
      expect(said[0]).toMatch(/^ja .*カード/)
      expect(said.at(-1)).toMatch(/^en My Number card recognized/)
    })

    test('a secret is for the page of the kiosk only, and for one page', async () => {
      const [address] = hall.running.kiosks
      const ask = (headers: Record<string, string>, body = '{}') =>
        fetch(`${address}secret`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body })
      const own = { origin: new URL(address).origin }
      for (const headers of [
        {} as Record<string, string>,
        { origin: 'https://elsewhere.example' },
        { origin: new URL(hall.running.simulation).origin },
        { ...own, 'sec-fetch-site': 'cross-site' },
      ]) {
        expect((await ask(headers)).status).toBe(403)
      }
      expect((await fetch(`${address}secret`)).status).toBe(404)
      expect((await ask(own, '{')).status).toBe(400)
      const secrets = [await (await ask(own)).json(), await (await ask(own)).json()] as { secret: string }[]
      expect(secrets[0]!.secret).not.toBe(secrets[1]!.secret)
    })

    test('only the files of the page are served, with a strict policy', async () => {
      const [address] = hall.running.kiosks
      const page = await fetch(address)
      expect(page.headers.get('content-security-policy')).toMatch(
        /^default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self' ws:\/\/127\.0\.0\.1:\d+; frame-ancestors 'none'/,
      )
      for (const path of [
        'start.mjs',
        'page/kiosk.js',
        '..%2fstart.mjs',
        'jpki-card/bridge/index.js',
        'jpki-card/index.js',
        'simulation.js',
        'state.json',
        'do',
      ]) {
        expect((await fetch(address + path)).status, path).toBe(404)
      }
      // All that the client of the bridge imports is there.
      for (const file of ['bridge-client/client.js', 'bridge-client/protocol.js', 'errors.js', 'outcomes.js']) {
        expect((await fetch(`${address}jpki-card/${file}`)).status).toBe(200)
      }
    })

    test('a page of another origin gets nothing of the bridge, in the browser', async () => {
      const page = await hall.browser.newPage()
      await page.goto(hall.running.simulation)
      const bridge = ((await (await fetch(`${hall.running.kiosks[0]}kiosk.json`)).json()) as { bridge: string }).bridge
      const got = await page.evaluate(
        async ([kiosk, address]) => {
          const secret = await fetch(`${kiosk}secret`, { method: 'POST', body: '{}' }).then(
            ({ status }) => status,
            () => 'refused',
          )
          const socket = await new Promise((resolve) => {
            const opened = new WebSocket(`${address}/bridge`, ['jpki-card-bridge.v1'])
            opened.onopen = () => resolve('open')
            opened.onerror = () => resolve('refused')
          })
          return { secret, socket }
        },
        [hall.running.kiosks[0], bridge] as const,
      )
      expect(got).toEqual({ secret: 'refused', socket: 'refused' })
      await page.close()
    })

    test('the view of the staff has states, counters and what to do, and serves no one', async () => {
      const page = await hall.browser.newPage()
      await page.goto(hall.running.attendant)
      const first = page.locator('section[data-machine=kiosk-1]')
      await first.and(page.locator('[data-state=ready]')).waitFor()
      await kiosk.place('revoked')
      await kiosk.shows('refused-certificate-revoked')
      await first.getByText('ERR_CERTIFICATE_REVOKED').waitFor()
      await page.locator('#language').click()
      await page.locator('html[lang=en]').waitFor()
      expect(await first.textContent()).toMatch(/Ready.*Customers: \d+.*Refused \d+.*ERR_CERTIFICATE_REVOKED.*revoked/s)
      const session = await page.evaluate(() => sessionStorage.getItem('bridge-session-kiosk-1'))
      const { bridge } = (await (await fetch(`${hall.running.kiosks[0]}kiosk.json`)).json()) as { bridge: string }
      // Its session, in a page of the same origin: the first one has gone.
      await page.goto(`${hall.running.attendant}machines.json`)
      const refused = await page.evaluate(
        async ([address, kept, client]) => {
          const { BridgeClient } = await new Function('path', 'return import(path)')(client)
          const connected = await BridgeClient.connect(address, { session: JSON.parse(kept) })
          return connected.call('visit.cancel', { visit: 1 }).catch(({ code }: { code: string }) => code)
        },
        [bridge, session!, '/jpki-card/bridge-client/index.js'] as const,
      )
      expect(refused).toBe('ERR_BRIDGE_ACCESS')
      await page.close()
    })

    test('nothing is pressed: more time for who asks for it, an end for who does not', async () => {
      await other.ready()
      await kiosk.place('ordinary')
      await other.place('ordinary', 1)
      await Promise.all([kiosk.shows('more-time'), other.shows('more-time')])
      await kiosk.press('continue')
      await kiosk.shows('found')
      await kiosk.chooseOne()
      await kiosk.shows('enter-pin')
      await other.shows('inactive')
      expect(await kiosk.cues()).toContain('attention')
      await kiosk.enterPin('1234')
      await kiosk.shows('take-paper')
    })
  })
})

test.skipIf(!hasBrowser)('Ctrl-C ends everything', { timeout: 60_000 }, async () => {
  const hall = await Hall.open([])
  const { folder, server } = hall.running
  expect(await hall.close()).toBe(0)
  expect(existsSync(folder)).toBe(false)
  await expect(fetch(server)).rejects.toThrow()
})
