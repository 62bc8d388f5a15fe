import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pictures } from '../../examples/kiosk-web/page/pictures.js'
import { words } from '../../examples/kiosk-web/page/words.js'
import { openBrowser, type RunningKiosk, startKiosk } from '../../scripts/lib/kiosk-browser.mjs'
import { drawScreen, galleryOf, openGallery } from '../../scripts/lib/kiosk-gallery.mjs'
import { type CustomerLanguage, customerLanguages, situations, visitSteps } from '../../src/messages/index.ts'
import { hasBrowser } from './support.ts'

// Every screen of examples/kiosk-web in every language: WCAG 2.2 AA by axe-core, and room at 1024 by 600 and at 200 %.

const languages = Object.keys(customerLanguages) as CustomerLanguage[]
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

test('every step and every situation has a picture', () => {
  expect(Object.keys(pictures)).toEqual(expect.arrayContaining([...visitSteps, ...situations]))
})

test('the words of the page are there in every language, each with its placeholders', () => {
  expect(Object.keys(words)).toEqual(languages)
  const placeholders = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([one]) => one).sort()
  const flat = (value: object, path = ''): [string, string][] =>
    Object.entries(value).flatMap(([name, one]) =>
      typeof one === 'string' ? [[`${path}.${name}`, one] as [string, string]] : flat(one as object, `${path}.${name}`),
    )
  const shape = (language: CustomerLanguage) => flat(words[language]).map(([path, text]) => [path, placeholders(text)])
  for (const language of languages) expect(shape(language)).toEqual(shape('ja'))
})

describe.skipIf(!hasBrowser)('in a browser', { timeout: 60_000 }, () => {
  let running: RunningKiosk
  let browser: Browser
  const pages: Page[] = []

  beforeAll(async () => {
    ;[running, browser] = await Promise.all([startKiosk(), openBrowser()])
    for (const viewport of [
      { width: 1024, height: 600 },
      { width: 512, height: 300 },
    ]) {
      const page = await browser.newPage({ viewport })
      await openGallery(page, running.kiosks[0])
      await page.evaluate(axe)
      pages.push(page)
    }
  })
  afterAll(async () => {
    await browser?.close()
    await running?.stop()
  })

  test.each(languages)('%s: no violation on any screen, nothing beyond its edge', async (language) => {
    const [large, small] = pages as [Page, Page]
    const screens = galleryOf(language)
    const violations: unknown[] = []
    const outside: string[] = []
    const checkLarge = async (): Promise<void> => {
      for (const { name, state } of screens) {
        await drawScreen(large, state)
        violations.push(...(await violationsOn(large)).map((one) => ({ name, ...one })))
        const { width, height } = await sizeOf(large)
        if (width > 1024 || height > 600) outside.push(`${name} ${width}x${height}`)
      }
    }
    // Downwards it may be scrolled.
    const checkSmall = async (): Promise<void> => {
      for (const { name, state } of screens) {
        await drawScreen(small, state)
        const { width } = await sizeOf(small)
        if (width > 512) outside.push(`${name} ${width}`)
      }
    }
    await Promise.all([checkLarge(), checkSmall()])
    expect({ violations, outside }).toEqual({ violations: [], outside: [] })
  })

  test('the pages of the staff and of the trial: no violation', async () => {
    const page = await browser.newPage()
    for (const [address, ready] of [
      [running.attendant, 'section[data-state=ready]'],
      [running.simulation, '#residents tr'],
    ] as const) {
      await page.goto(address)
      await page.locator(ready).first().waitFor()
      await page.evaluate(axe)
      expect(await violationsOn(page)).toEqual([])
    }
    await page.close()
  })

  test('without colours, and with reduced motion, nothing moves and every picture is there', async () => {
    const page = await browser.newPage({ reducedMotion: 'reduce', forcedColors: 'active' })
    await openGallery(page, running.kiosks[0])
    await drawScreen(page, galleryOf('ja').find(({ name }) => name === 'checking')!.state)
    expect(await page.evaluate(() => document.getAnimations().length)).toBe(0)
    expect(await page.locator('#picture svg').boundingBox()).toMatchObject({ width: expect.any(Number) })
    await page.close()
  })
})

/** By rule, with the elements. */
function violationsOn(page: Page): Promise<{ rule: string; nodes: string[] }[]> {
  return page.evaluate(async () => {
    interface Violation {
      readonly id: string
      readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[]
    }
    const { axe } = globalThis as unknown as {
      axe: { run(root: Document, options: object): Promise<{ violations: Violation[] }> }
    }
    const runOnly = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
    const { violations } = await axe.run(document, { runOnly, resultTypes: ['violations'], preload: false })
    return violations.map(({ id, nodes }) => ({
      rule: id,
      nodes: nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`),
    }))
  })
}

function sizeOf(page: Page): Promise<{ width: number; height: number }> {
  return page.evaluate(() => {
    const { scrollWidth, scrollHeight } = document.documentElement
    return { width: scrollWidth, height: scrollHeight }
  })
}
