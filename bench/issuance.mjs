// A document of 200 kB sealed at the server, opened and verified at the terminal.
import { randomBytes } from 'node:crypto'
import { openDocument, sealDocument } from '../dist/issuance/index.js'
import { createVisitKey } from '../dist/token/index.js'
import { row } from './lib/measure.mjs'

export async function rows() {
  const key = createVisitKey()
  const context = {
    origin: 'https://issue.example',
    case: randomBytes(24).toString('base64url'),
    fence: 3,
    terminal: 'kiosk-1',
    challengeDigest: randomBytes(32).toString('base64url'),
    holder: randomBytes(32).toString('base64url'),
    deadline: Date.now() + 600_000,
  }
  const pages = [1, 2].map(() => {
    return {
      document: 'record',
      mediaType: 'application/pdf',
      subject: 's',
      content: new Uint8Array(randomBytes(100_000)),
    }
  })
  const once = () => {
    const sealed = sealDocument(key.publicKey, context, 's', pages)
    const opened = openDocument(key, context, sealed, { pageCount: 2, now: Date.now() })
    if (opened.pages.length !== 2) throw new Error('not opened')
  }
  for (let i = 0; i < 100; i++) once()
  const started = performance.now()
  const times = 500
  for (let i = 0; i < times; i++) once()
  return [row('issuance.seal-and-open-200kB', (performance.now() - started) / times, 'ms', 1)]
}
