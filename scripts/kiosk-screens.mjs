// npm run kiosk:screens -- FOLDER: writes a picture of each screen of examples/kiosk-web, in Japanese, English and Vietnamese (or
// LANGUAGES=ja,ko), at 1024 by 600, and of each at 200 % with ZOOM=1. Needs Debian's chromium, and fonts of the languages
// (fonts-noto-cjk).
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { openBrowser, startKiosk } from './lib/kiosk-browser.mjs'
import { ensureBuilt } from './lib/prepare.mjs'

const [folder] = process.argv.slice(2)
if (folder === undefined) {
  console.error('usage: npm run kiosk:screens -- FOLDER')
  process.exit(2)
}
ensureBuilt()
const { drawScreen, galleryOf, openGallery } = await import('./lib/kiosk-gallery.mjs')
const languages = (process.env.LANGUAGES ?? 'ja,en,vi').split(',')
const viewport = process.env.ZOOM === '1' ? { width: 512, height: 300 } : { width: 1024, height: 600 }
const kiosk = await startKiosk()
const browser = await openBrowser()
try {
  const page = await browser.newPage({ viewport })
  await openGallery(page, kiosk.kiosks[0])
  for (const language of languages) {
    await mkdir(join(folder, language), { recursive: true })
    for (const { name, state } of galleryOf(language)) {
      await drawScreen(page, state)
      const { width, height } = await page.evaluate(() => {
        const { scrollWidth, scrollHeight } = document.documentElement
        return { width: scrollWidth, height: scrollHeight }
      })
      if (width > viewport.width || height > viewport.height) console.log(`${language} ${name}: ${width}x${height}`)
      await page.screenshot({ path: join(folder, language, `${name}.png`), fullPage: true, animations: 'disabled' })
    }
    console.log(`${language}: ${galleryOf(language).length} screens`)
  }
} finally {
  await browser.close()
  await kiosk.stop()
}
