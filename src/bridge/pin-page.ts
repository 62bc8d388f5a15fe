import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { longestPin } from '../bridge-client/index.ts'
import { Pin } from '../card/index.ts'
import { customerLanguages, visitNames } from '../messages/index.ts'
import type { Settings } from './options.ts'
import { type PinQuestion, screenFor } from './visit.ts'

/** Path of the page; the token of the question follows. */
export const pinPath = '/pin/'

/** What the page is served with. `default-src 'none'`: it loads nothing but its own style and script, and nothing may frame it. */
const headers = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const

/** What {@link servePinPage} needs. */
export interface PinPageHost {
  readonly settings: Settings
  /** Origin of the page. */
  readonly origin: string
  question(token: string): PinQuestion | undefined
}

/**
 * The page in which the PIN is entered, of the bridge itself: `GET` gives the page, `GET …/question` its texts, `POST` takes the PIN as
 * bytes, `POST …/active` and `POST …/cancel` what their names say. A request that a browser sends for another page is refused.
 *
 * @returns whether the request was for it.
 */
export async function servePinPage(
  host: PinPageHost,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const { method = '', url = '' } = request
  if (!url.startsWith(pinPath)) return false
  const asset = assets.get(url)
  if (asset !== undefined && method === 'GET') {
    answer(response, isOwn(host, request, true) ? 200 : 403, asset.type, asset.content)
    return true
  }
  const [, token = '', part = ''] = /^\/pin\/([A-Za-z0-9_-]{43})(?:\/([a-z]+))?$/.exec(url) ?? []
  const question = host.question(token)
  if (method === 'GET' && part === '') {
    // A page of another origin may open it as a window, never in a frame or as anything else.
    const isWindow = ['document', undefined].includes(header(request, 'sec-fetch-dest'))
    const status = isWindow ? (question === undefined ? 404 : 200) : 403
    answer(response, status, 'text/html; charset=utf-8', status === 200 ? page : 'Not available')
    return true
  }
  if (!isOwn(host, request, method === 'GET')) answer(response, 403, 'text/plain', '')
  else if (question === undefined) answer(response, 404, 'text/plain', '')
  else if (method === 'GET' && part === 'question') {
    answer(response, 200, 'application/json', JSON.stringify(textsOf(host.settings, question)))
  } else if (method === 'POST' && part === 'active') {
    question.active()
    answer(response, 204)
  } else if (method === 'POST' && part === 'cancel') {
    question.answer(undefined)
    answer(response, 204)
  } else if (method === 'POST' && part === '') {
    const pin = await readPin(request)
    if (pin !== undefined) question.answer(pin)
    answer(response, pin === undefined ? 400 : 204)
  } else answer(response, 405)
  return true
}

/** Whether the page itself asks. */
function isOwn({ origin }: PinPageHost, request: IncomingMessage, isReading: boolean): boolean {
  const site = header(request, 'sec-fetch-site')
  if (site !== undefined && site !== 'same-origin') return false
  const from = header(request, 'origin')
  return from === origin || (isReading && from === undefined)
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name]
  return typeof value === 'string' ? value : undefined
}

function answer(response: ServerResponse, status: number, type?: string, content?: string): void {
  response.writeHead(status, { ...headers, ...(type !== undefined && { 'content-type': type }) })
  response.end(content)
}

/** The PIN in owned bytes; those of the request are wiped. */
async function readPin(request: IncomingMessage): Promise<Pin | undefined> {
  const bytes = new Uint8Array(longestPin)
  let length = 0
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      if (length + chunk.length <= longestPin) bytes.set(chunk, length)
      length += chunk.length
      chunk.fill(0)
      if (length > longestPin) return undefined
    }
    return length === 0 ? undefined : Pin.fromBytes(bytes.subarray(0, length))
  } finally {
    bytes.fill(0)
  }
}

function textsOf(settings: Settings, { screen, session, digits }: PinQuestion): object {
  const { text } = screenFor(settings, session, screen)
  const { enter, correct, cancel } = visitNames(session.language).buttons
  const order = [...'0123456789']
  if (settings.shuffleDigits === true) shuffle(order)
  return { lang: customerLanguages[session.language].tag, text, digits, order, buttons: { enter, correct, cancel } }
}

/** Fisher and Yates, with unbiased numbers. */
function shuffle(list: string[]): void {
  for (let last = list.length - 1; last > 0; last--) {
    let at: number
    do at = randomBytes(1)[0]!
    while (at >= 256 - (256 % (last + 1)))
    at %= last + 1
    ;[list[last], list[at]] = [list[at]!, list[last]!]
  }
}

const page = `<!doctype html>
<html lang="ja">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>PIN</title>
<link rel="stylesheet" href="/pin/page.css">
<script type="module" src="/pin/page.js"></script>
</head>
<body>
<main hidden>
<h1 id="title"></h1>
<p id="notice" role="alert"></p>
<p id="text"></p>
<p id="next"></p>
<p id="typed" role="status" aria-live="polite"></p>
<div id="keys" role="group" aria-labelledby="title"></div>
<div id="ends">
<button type="button" id="cancel"></button>
<button type="button" id="correct"></button>
<button type="button" id="enter"></button>
</div>
</main>
</body>
</html>
`

const style = `:root { color-scheme: light dark; font: 1.25rem/1.5 system-ui, sans-serif; }
body { margin: 0; display: grid; place-items: center; min-height: 100vh; }
main { box-sizing: border-box; width: min(36rem, 100%); padding: 1rem; }
main[hidden] { display: none; }
h1 { font-size: 1.6rem; margin: 0 0 .5rem; }
p { margin: 0 0 .5rem; }
#notice { font-weight: bold; }
#notice:empty { display: none; }
#typed { font-size: 2rem; letter-spacing: .4em; min-height: 1.5em; text-align: center; }
#keys { display: grid; grid-template-columns: repeat(5, 1fr); gap: .5rem; }
#ends { display: grid; grid-template-columns: repeat(3, 1fr); gap: .5rem; margin-top: 1rem; }
button { font: inherit; min-height: 3.5rem; border: 2px solid; border-radius: .5rem; background: Canvas; color: CanvasText; }
button:focus-visible { outline: 4px solid Highlight; outline-offset: 2px; }
button:disabled { opacity: .6; }
#enter { font-weight: bold; }
`

// The digits are kept as numbers and overwritten; the text on the screen is dots only.
const script = `const at = location.pathname
const part = (id) => document.getElementById(id)
const post = (path, body) => fetch(at + path, { method: 'POST', body, headers: { 'content-type': 'application/octet-stream' } })
const typed = new Uint8Array(16)
let length = 0
let closed = false
const response = await fetch(at + '/question')
if (response.ok) start(await response.json())
else end()

function start({ lang, text, digits, order, buttons }) {
  document.documentElement.lang = lang
  document.title = text.title
  part('title').textContent = text.title
  part('text').textContent = text.text
  part('next').textContent = text.next
  part('notice').textContent = text.notice ?? ''
  for (const name of ['enter', 'correct', 'cancel']) part(name).textContent = buttons[name]
  for (const digit of order) {
    const key = document.createElement('button')
    key.type = 'button'
    key.textContent = digit
    key.addEventListener('click', () => type(digit))
    part('keys').append(key)
  }
  const show = () => {
    part('typed').textContent = '●'.repeat(length)
    part('enter').disabled = length < digits.min
    post('/active')
  }
  const type = (digit) => {
    if (length >= digits.max) return
    typed[length++] = digit.charCodeAt(0)
    show()
  }
  const correct = () => {
    if (length > 0) typed[--length] = 0
    show()
  }
  const enter = async () => {
    if (length < digits.min || closed) return
    closed = true
    const body = typed.slice(0, length)
    wipe()
    await post('', body).catch(() => {})
    body.fill(0)
    end()
  }
  const cancel = async () => {
    closed = true
    wipe()
    await post('/cancel').catch(() => {})
    end()
  }
  part('correct').addEventListener('click', correct)
  part('enter').addEventListener('click', enter)
  part('cancel').addEventListener('click', cancel)
  addEventListener('keydown', (event) => {
    if (/^[0-9]$/.test(event.key)) type(event.key)
    else if (event.key === 'Backspace') correct()
    else if (event.key === 'Escape') cancel()
    else if (event.key === 'Enter' && event.target.tagName !== 'BUTTON') enter()
  })
  addEventListener('pagehide', wipe)
  document.querySelector('main').hidden = false
  show()
  watch()
}

// The question may end elsewhere: the card is taken, or the time is over.
async function watch() {
  while (!closed) {
    await new Promise((resolve) => setTimeout(resolve, 500))
    const { ok } = await fetch(at + '/question').catch(() => ({ ok: false }))
    if (!ok) {
      wipe()
      end()
    }
  }
}

function wipe() {
  typed.fill(0)
  length = 0
}

function end() {
  closed = true
  document.body.textContent = ''
  close()
}
`

const assets: ReadonlyMap<string, { readonly type: string; readonly content: string }> = new Map([
  ['/pin/page.css', { type: 'text/css; charset=utf-8', content: style }],
  ['/pin/page.js', { type: 'text/javascript; charset=utf-8', content: script }],
])
