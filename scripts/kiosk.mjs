// npm run kiosk: installs, builds what has changed, and starts examples/kiosk-web. Needs no reader and no card.
import { ensureBuilt, ensureNpmPackages } from './lib/prepare.mjs'

ensureNpmPackages()
ensureBuilt()
await import('../examples/kiosk-web/start.mjs')
