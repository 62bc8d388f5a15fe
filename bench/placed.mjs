// From a card that is placed to the first screen with its name, through pcscd and the bridge: from the moment the card is in the
// virtual reader, which pcscd asks a few times a second, and from pcscd's own event.

import { WebSocket } from 'ws'
import { BridgeClient } from '../dist/bridge-client/index.js'
import { openPcsc } from '../dist/transport/pcsc/index.js'
import { openField } from './lib/field.mjs'
import { median, row } from './lib/measure.mjs'
import { openBridge } from './lib/open-bridge.mjs'

const times = 15

export async function rows({ identity }) {
  const field = await openField({ identity })
  const transport = await openPcsc()
  const { bridge, secret } = await openBridge(transport, { readers: (name) => name === 'Virtual PCD 00 00' })
  const client = await BridgeClient.connect(bridge.url, { secret, WebSocket })
  const seen = []
  client.on('reader', ({ type }) => type === 'card-inserted' && seen.push(performance.now()))
  client.on('visit', ({ visit }) => {
    client.call('visit.serve', { visit, purpose: 'form', service: 'attributes' }).catch(() => {})
  })
  let shown = () => {}
  client.on('look', ({ kind }) => shown(kind))
  const looked = () =>
    new Promise((resolve) => {
      shown = (kind) => resolve({ kind, at: performance.now() })
    })
  const fromPlaced = []
  const fromEvent = []
  try {
    for (let i = 0; i < times; i++) {
      await field.remove()
      const look = looked()
      const placed = performance.now()
      await field.insert()
      const { kind, at } = await look
      if (kind !== 'my-number') throw new Error(kind)
      fromPlaced.push(at - placed)
      fromEvent.push(at - seen.at(-1))
    }
  } finally {
    client.close()
    await bridge.close()
    await transport.close()
    await field.close()
  }
  return [
    row('placed.screen-from-the-service', median(fromEvent), 'ms', 300),
    row('placed.screen-from-the-reader', median(fromPlaced), 'ms', 300),
  ]
}
