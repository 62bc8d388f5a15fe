// A magnetic stripe from raw bits and from a reader that types, read with one profile; then a swipe that went wrong.
import { readFile } from 'node:fs/promises'
import { JpkiCardError } from 'jpki-card'
import { municipalStripe, packBits, swipeStripe, typeStripes } from 'jpki-card/emulator'
import { loadStripeProfile, readBits, readKeyboard, readStripeRecord } from 'jpki-card/municipal'

const profile = loadStripeProfile(await readFile(new URL('profiles/stripe-example.json', import.meta.url), 'utf8'))
const data = municipalStripe({ municipalityCode: '99999', issuedAt: new Date().toISOString() })

// A reader that gives packed bits; the card was drawn the other way.
const bytes = packBits(swipeStripe({ track: 'jis2', data, reversed: true }), 'low')
const swipe = readBits([{ format: 'jis2', bytes, order: 'lsb-first' }])
console.log(swipe.tracks[0].direction, readStripeRecord(profile, swipe))

// A reader that types what it read: three tracks, Caps Lock on.
const typed = typeStripes({ iso1: 'B99999^KASOU/HANAKO', iso2: '9999940000127' }, { capsLock: true })
for (const { format, repaired, checked } of readKeyboard(typed).tracks)
  console.log(format, repaired, 'checked:', checked)

// One bit read wrong.
try {
  readBits([{ format: 'jis2', bits: swipeStripe({ track: 'jis2', data, faults: [{ flip: 100 }] }) }])
} catch (error) {
  if (!(error instanceof JpkiCardError)) throw error
  console.log(error.code, error.message)
}
