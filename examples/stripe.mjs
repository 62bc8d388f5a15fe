// A magnetic stripe from raw bits, read with a profile; one from a reader with keyboard emulation; a swipe with a wrong bit.
import { readFile } from 'node:fs/promises'
import { JpkiCardError } from 'jpki-card'
import { municipalStripe, packBits, swipeStripe, typeStripes } from 'jpki-card/emulator'
import { loadStripeProfile, readBits, readKeyboard, readStripeRecord } from 'jpki-card/municipal'

const profile = loadStripeProfile(await readFile(new URL('profiles/stripe-example.json', import.meta.url), 'utf8'))
const data = municipalStripe({ municipalityCode: '99999', issuedAt: new Date().toISOString() })

// A reader of packed bits; the card was swiped in the other direction.
const bytes = packBits(swipeStripe({ track: 'jis2', data, reversed: true }), 'low')
const swipe = readBits([{ format: 'jis2', bytes, order: 'lsb-first' }])
console.log(swipe.tracks[0].direction, readStripeRecord(profile, swipe))

// A reader with keyboard emulation, Caps Lock on.
const typed = typeStripes({ iso1: 'B99999^KASOU/HANAKO', iso2: '9999940000127' }, { capsLock: true })
for (const { format, repaired, checked } of readKeyboard(typed).tracks)
  console.log(format, repaired, 'checked:', checked)

// One wrong bit.
try {
  readBits([{ format: 'jis2', bits: swipeStripe({ track: 'jis2', data, faults: [{ flip: 100 }] }) }])
} catch (error) {
  if (!(error instanceof JpkiCardError)) throw error
  console.log(error.code, error.message)
}
