// One kiosk: a reader, a printer, a bridge, and the page that a customer sees.
import { setTimeout as sleep } from 'node:timers/promises'
import { startBridge } from 'jpki-card/bridge'
import { VirtualTransport } from 'jpki-card/emulator'
import { IssuanceServer } from 'jpki-card/issuance'
import { customerLanguages, visitMessage, visitNames } from 'jpki-card/messages'
import { createFolderPrinter } from '../print-to-folder.mjs'
import { bridgeClientFiles, pageFiles, serveWeb } from './web.mjs'

/** What the page of a kiosk calls, and no more. The view of the staff may only ask for the state. */
const methods = {
  kiosk: [
    'visit.serve',
    'visit.cancel',
    'question.documents',
    'question.pin',
    'question.active',
    'session.pair',
    'session.resume',
    'session.language',
  ],
  attendant: ['state', 'session.pair', 'session.resume'],
}

const pages = [
  'kiosk.js',
  'connection.js',
  'screens.js',
  'view.js',
  'pin-pad.js',
  'pictures.js',
  'words.js',
  'kiosk.css',
  'icon.svg',
]

/**
 * @param name of the machine at the server
 * @param options `port` of its page, 0 for any; `folder` of its tray; `server`, `purpose`, `documents`; `attendant`: origin of the view
 *   of the staff; `idleMs`, `outcomeMs`, `printMs`; `isShuffled`: the digits of the PIN pad
 */
export async function openMachine(name, options) {
  const { port, folder, server, purpose, documents, attendant, idleMs, outcomeMs, printMs, isShuffled } = options
  const transport = new VirtualTransport({ readers: [name] })
  const printer = createPrinter(folder, printMs)
  const secrets = { current: '', isTaken: false }
  let bridge
  let isServiceUp = true
  let placed

  const web = await serveWeb({
    port,
    files: { '/': new URL('page/index.html', import.meta.url), ...pageFiles(pages), ...bridgeClientFiles },
    connects: () => (bridge === undefined ? [] : [bridge.url]),
    answers: {
      'GET /kiosk.json': () => ({
        name,
        bridge: address,
        purpose,
        idleMs,
        // Time to answer "do you need more time?": a third, at least 20 seconds of the usual minute (WCAG 2.2, 2.2.1).
        warnMs: Math.round((idleMs * 2) / 3),
        isShuffled,
        texts: textsOf(),
      }),
      'POST /secret': secret,
    },
  })

  async function open(at) {
    bridge = await startBridge({
      transport,
      port: at,
      clients: [
        { origin: web.origin, methods: methods.kiosk },
        { origin: attendant, methods: methods.attendant },
      ],
      onSecret: (made) => void Object.assign(secrets, { current: made, isTaken: false }),
      pinEntry: 'client',
      purposes: [purpose],
      server: new IssuanceServer(server.url, { terminal: name }),
      terminal: name,
      documents,
      printer,
      attended: true,
      idleMs,
      outcomeMs,
    })
  }
  /** A secret for one page: one that was handed out and not used is void when the next page asks. */
  async function secret() {
    if (bridge === undefined) return undefined
    if (secrets.isTaken) await bridge.renewSecret()
    secrets.isTaken = true
    return { secret: secrets.current }
  }

  await open(0)
  const address = bridge.url
  const bridgePort = bridge.port

  return {
    name,
    address,
    origin: web.origin,
    folder,
    secret,
    get state() {
      return {
        name,
        page: web.origin,
        placed: placed?.id,
        paper: printer.hasPaper,
        readers: isServiceUp,
        bridge: bridge !== undefined,
      }
    },
    async place(resident) {
      if (placed !== undefined || !isServiceUp) return
      placed = resident
      transport.insert(await resident.card())
    },
    take() {
      placed = undefined
      transport.remove()
    },
    setPaper(has) {
      printer.hasPaper = has
    },
    setReaders(isUp) {
      isServiceUp = isUp
      if (isUp) transport.restoreService()
      else transport.loseService()
    },
    async setBridge(isUp) {
      if (isUp && bridge === undefined) await open(bridgePort)
      else if (!isUp) {
        const ended = bridge
        bridge = undefined
        await ended?.close()
      }
    },
    async close() {
      await bridge?.close()
      await transport.close()
      await web.close()
    },
  }
}

/** A tray that is a folder, and that can be out of paper. */
function createPrinter(folder, printMs) {
  const tray = createFolderPrinter(folder)
  return {
    hasPaper: true,
    async print(pages, options) {
      if (!this.hasPaper) throw new Error('out of paper')
      await sleep(printMs, undefined, { signal: options.signal })
      await tray.print(pages, options)
    },
    clear: () => tray.clear(),
  }
}

/** What a page needs in each language besides what the bridge sends, above all while there is no bridge. */
function textsOf() {
  return Object.fromEntries(
    Object.entries(customerLanguages).map(([language, { tag, name }]) => {
      const { buttons, services } = visitNames(language)
      const of = (step) => visitMessage(step, { language, attended: true })
      const [moreTime, outOfService] = [of('more-time'), of('out-of-service')]
      return [language, { tag, name, buttons, machine: services.token, moreTime, outOfService }]
    }),
  )
}
