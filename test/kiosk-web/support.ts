import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { browserFile, openBrowser, type RunningKiosk, startKiosk } from '../../scripts/lib/kiosk-browser.mjs'
import { textOfPages } from '../examples/page-text.mjs'

/** Whether Debian's chromium is there. */
export const hasBrowser: boolean = existsSync(browserFile)

/** What `state.json` of the simulation has. */
interface SimulationState {
  readonly residents: readonly {
    readonly id: string
    readonly name: string
    readonly mood: string
    readonly pin?: string
  }[]
}

/** The trial with its two kiosks, each shown in a page of one browser. */
export class Hall {
  readonly running: RunningKiosk
  readonly browser: Browser
  readonly kiosks: readonly [Kiosk, Kiosk]
  readonly #residents: SimulationState['residents']

  private constructor(running: RunningKiosk, browser: Browser, pages: readonly Page[], state: SimulationState) {
    this.running = running
    this.browser = browser
    this.#residents = state.residents
    const [first, second] = pages.map((page, i) => new Kiosk(this, page, `kiosk-${i + 1}`))
    this.kiosks = [first!, second!]
  }

  static async open(options: readonly string[]): Promise<Hall> {
    const [running, browser] = await Promise.all([startKiosk(options), openBrowser()])
    const pages = await Promise.all(running.kiosks.map((address) => openPage(browser, address)))
    const state = (await (await fetch(`${running.simulation}state.json`)).json()) as SimulationState
    return new Hall(running, browser, pages, state)
  }

  /** The first resident of a mood, or the n-th. */
  resident(mood: string, n = 0) {
    return this.#residents.filter((one) => one.mood === mood)[n]!
  }

  /** What the panel does. */
  async act(action: string, more: object = {}): Promise<void> {
    const origin = new URL(this.running.simulation).origin
    const headers = { 'content-type': 'application/json', origin }
    const body = JSON.stringify({ action, ...more })
    const { status } = await fetch(`${origin}/do`, { method: 'POST', headers, body })
    if (status !== 200) throw new Error(`${action}: ${status}`)
  }

  /** @returns the exit code of the trial. */
  async close(): Promise<number | null> {
    await this.browser.close()
    return this.running.stop()
  }
}

/** A page that notes every screen and cue. */
async function openPage(browser: Browser, address: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1024, height: 600 } })
  page.setDefaultTimeout(20_000)
  await page.addInitScript(() => {
    const notes = { screens: [] as string[], cues: [] as string[], at: 0 }
    Object.assign(globalThis, { notes })
    document.addEventListener('kiosk-cue', (event) => {
      notes.cues.push((event as CustomEvent<{ cue: string }>).detail.cue)
    })
    const note = (): void => {
      const screen = document.querySelector<HTMLElement>('main')?.dataset['screen']
      if (screen !== undefined && notes.screens.at(-1) !== screen) notes.screens.push(screen)
    }
    new MutationObserver(note).observe(document, { subtree: true, childList: true, attributeFilter: ['data-screen'] })
  })
  await page.goto(address)
  return page
}

/** One kiosk and its page. */
export class Kiosk {
  readonly page: Page
  readonly name: string
  readonly #hall: Hall

  constructor(hall: Hall, page: Page, name: string) {
    this.#hall = hall
    this.page = page
    this.name = name
  }

  /** Ready for a customer, in Japanese. */
  async ready(): Promise<void> {
    for (const action of ['paper', 'readers', 'bridge']) await this.act(action, { on: true })
    await this.act('take')
    await this.shows('place-card', 'ended', 'refused-card-removed')
    await this.press('language-ja')
    await this.page.locator('html[lang=ja]').waitFor()
    await this.page.evaluate(() => {
      const { notes } = globalThis as unknown as { notes: { screens: string[]; cues: string[] } }
      notes.screens.splice(0, notes.screens.length - 1)
      notes.cues.length = 0
      Object.assign(notes, { at: 0 })
    })
  }

  act(action: string, more: object = {}): Promise<void> {
    return this.#hall.act(action, { machine: this.name, ...more })
  }

  /** A resident places the card. */
  async place(mood: string, n = 0) {
    const resident = this.#hall.resident(mood, n)
    await this.act('place', { resident: resident.id })
    return resident
  }

  /** Waits for one of these screens: the one that this waited for last, or one since, however short it was there. */
  async shows(...wanted: readonly string[]): Promise<void> {
    const isShown = (names: readonly string[]): boolean => {
      const { notes } = globalThis as unknown as { notes: { screens: string[]; at: number } }
      const found = notes.screens.findIndex((one, i) => i >= notes.at && names.includes(one))
      if (found >= 0) notes.at = found
      return found >= 0
    }
    await this.page.waitForFunction(isShown, wanted, { polling: 25 }).catch(async () => {
      throw new Error(`${wanted.join(' or ')} is not shown: ${(await this.screens()).join(', ')}`)
    })
  }

  press(id: string): Promise<void> {
    return this.page.locator(`#${id}`).click()
  }

  /** From what was found to the PIN. */
  async chooseOne(): Promise<void> {
    await this.shows('found')
    await this.press('continue')
    await this.shows('choose-documents')
    await this.press('continue')
  }

  /** On the pad of the screen. */
  async enterPin(pin: string): Promise<void> {
    await this.shows('enter-pin', 'enter-pin-again')
    for (const digit of pin) await this.press(`digit-${digit}`)
    await this.press('enter')
  }

  async text(id: string): Promise<string> {
    return (await this.page.locator(`#${id}`).textContent()) ?? ''
  }

  /** Every screen so far, in order. */
  async screens(): Promise<readonly string[]> {
    return (await this.#notes()).screens
  }

  async cues(): Promise<readonly string[]> {
    return (await this.#notes()).cues
  }

  #notes(): Promise<{ readonly screens: readonly string[]; readonly cues: readonly string[] }> {
    return this.page.evaluate(() => (globalThis as unknown as { notes: { screens: string[]; cues: string[] } }).notes)
  }

  /** Names of the papers in the tray. */
  papers(): readonly string[] {
    const folder = join(this.#hall.running.folder, this.name)
    return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.pdf')) : []
  }

  /** The text of each page of what was printed since. */
  async printed(before: readonly string[]): Promise<readonly string[]> {
    const made = this.papers().filter((name) => !before.includes(name))
    if (made.length !== 1) throw new Error(`${made.length} papers`)
    const pages = await textOfPages(readFileSync(join(this.#hall.running.folder, this.name, made[0]!)))
    return pages.map((text) => text.replaceAll(/\s/g, ''))
  }
}

/** Name of a resident as it is drawn on paper. */
export const drawn = (name: string): string => name.replaceAll(/\s/g, '')
