// In place of kiosk.js in a page of examples/kiosk-web: draws the screens of the gallery, without a bridge.
import { screenOf } from '/screens.js'
import { draw, drawFrame } from '/view.js'
import { words } from '/words.js'

const { texts } = await (await fetch('/kiosk.json')).json()
const press = new Proxy({}, { get: () => () => {} })

globalThis.drawGallery = (state) => {
  const { language, copies, pad } = state
  const own = texts[language]
  drawFrame({
    machine: own.machine,
    listen: { label: own.buttons.listen, isOn: false, press: () => {} },
    label: words[language].languages,
    languages: Object.entries(texts).map(([one, { tag, name }]) => {
      return { language: one, tag, name, isChosen: one === language, press: () => {} }
    }),
  })
  const known = { texts, pad: { length: pad }, copies: new Map(copies), digits: [...'1234567890'] }
  draw(screenOf({ ...state, ...known }, press))
}
