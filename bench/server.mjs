// A token verified in process, compared with the two unavoidable signature checks, and one of format 2, in which the card
// signs a visit key, with one of format 1. 200 certificates and keys in turn, a
// nonce of its own for each call. The same tokens serve again: between two rounds, not timed, the store is given their
// nonces back, as signing new ones would take most of the time.
import { verify } from 'node:crypto'
import { RevocationList } from '../dist/pki/revocation/index.js'
import { crlSource } from '../dist/pki/trust/index.js'
import { Certificate } from '../dist/pki/x509/index.js'
import { memoryStore, TokenService } from '../dist/server/index.js'
import { tokenMessage } from '../dist/token/index.js'
import { interleaved, median, row } from './lib/measure.mjs'
import { issuanceWorld } from './lib/world.mjs'

const holders = 200
const calls = 400
const origin = 'https://issue.example'
const request = { terminal: 'kiosk-1', purpose: 'residence-record' }

/** A store that can be given the nonces back that were taken from it. */
function refillable(store) {
  const given = []
  return {
    put: (...entry) => {
      given.push(entry)
      store.put(...entry)
    },
    take: (nonce) => store.take(nonce),
    refill: () => {
      for (const [nonce, ...entry] of given) {
        // One that was not used is still there.
        store.take(nonce)
        store.put(nonce, ...entry)
      }
    },
  }
}

/** One after the other, for ever. */
function inTurn(list) {
  let next = 0
  return () => list[next++ % list.length]
}

export async function rows() {
  const now = new Date()
  const { anchor, cards, list } = await issuanceWorld({ now, holders, origin })
  const anchors = [anchor]
  const options = {
    origin,
    anchors,
    hierarchies: ['virtual'],
    revocation: { mode: 'required', sources: [crlSource({ lists: [RevocationList.fromDer(list)], anchors })] },
    challengeLifetimeMs: 600_000,
    pseudonymKey: new Uint8Array(32).fill(1),
  }
  const store = refillable(memoryStore())
  const [format2, format1] = ['jpki-card-token:2', 'jpki-card-token:1']
  const service = new TokenService({ ...options, store, formats: [format2, format1] })
  const answers = async (format) => {
    const made = []
    for (let i = 0; i < calls; i++) {
      made.push(await cards[i % holders].answer(await service.challenge({ ...request, format })))
    }
    return made
  }
  const verifying = (list) => {
    const nextText = inTurn(list.map((token) => JSON.stringify(token)))
    return async () => {
      if (!(await service.verify(nextText(), request)).ok) throw new Error('refused')
    }
  }
  const tokens = await answers(format2)
  const ours = verifying(tokens)
  const older = verifying(await answers(format1))
  const nextReady = inTurn(
    tokens.map((token) => {
      const { tbs, signature: issued, key } = Certificate.fromDer(Buffer.from(token.certificate, 'base64'))
      const signature = Buffer.from(token.signature, 'base64')
      return { tbs, issued, key: key.object, message: tokenMessage(token), signature }
    }),
  )
  const bare = () => {
    const { tbs, issued, key, message, signature } = nextReady()
    if (!verify('sha256', tbs, anchor.key.object, issued) || !verify('sha256', message, key, signature)) {
      throw new Error('refused')
    }
  }
  const compared = async (one, other) => {
    const rounds = []
    for (let round = 0; round < 42; round++) {
      const order = round % 2 === 0 ? [one, other] : [other, one]
      const { a, b } = await interleaved(...order, { rounds: 1, calls, warmUp: 0 })
      store.refill()
      const beside = round % 2 === 0 ? { one: a, other: b } : { one: b, other: a }
      // The first rounds are for the compiler.
      if (round > 10) rounds.push(beside)
    }
    return {
      one: median(rounds.map(({ one }) => one)),
      other: median(rounds.map(({ other }) => other)),
      ratio: median(rounds.map(({ one, other }) => one / other)),
    }
  }
  const besideBare = await compared(bare, ours)
  const besideFormat1 = await compared(ours, older)

  // All that an issuance does in this process: challenge, verification, three lines for the audit log kept in memory.
  const events = []
  const whole = new TokenService({
    ...options,
    store: memoryStore(),
    audit: { write: (one) => events.push(one) },
  })
  const fresh = []
  for (let i = 0; i < holders; i++) fresh.push(await cards[i].answer(await whole.challenge(request)))
  const nextFresh = inTurn(fresh)
  const started = performance.now()
  for (let i = 0; i < holders; i++) {
    await whole.challenge(request)
    await whole.verify(nextFresh(), request)
  }
  const each = ((performance.now() - started) / holders) * 1000
  return [
    row('server.verify.rate-over-two-bare-verify', besideBare.ratio, 'ratio', { atLeast: 0.5 }),
    row('server.verify.format-2-over-format-1', besideFormat1.ratio, 'ratio', 1.05),
    row('server.verify', besideBare.other, 'µs'),
    row('server.two-bare-verify', besideBare.one, 'µs'),
    row('server.challenge-verify-and-audit', each, 'µs'),
  ]
}
