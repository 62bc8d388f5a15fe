// A client of the bridge in a process of its own: serves visits, or sends hostile frames and counts the coded errors.
import { randomBytes } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { BridgeClient } from '../../dist/bridge-client/index.js'
import { answerTasks } from './tasks.mjs'

const [url, secret] = process.argv.slice(2)
let socket
/** The client's own socket, for frames that no client sends. */
class Kept extends WebSocket {
  constructor(...args) {
    super(...args)
    socket = this
  }
}
const client = await BridgeClient.connect(url, { secret, WebSocket: Kept })
const arrived = []
let wake = () => {}
client.on('visit', ({ visit }) => {
  arrived.push(visit)
  wake()
})
const nextVisit = async () => {
  while (arrived.length === 0) {
    await new Promise((resolve) => {
      wake = resolve
    })
  }
  return arrived.shift()
}
let visit = await nextVisit()
client.on('question', ({ question }) => client.sendPin(question, new TextEncoder().encode('1234')))

const shapes = [
  () => randomBytes(1 + (randomBytes(1)[0] & 31)),
  () => randomBytes(8).toString('base64'),
  () => '[]',
  () => '{"jsonrpc":"2.0","id":1,"method":"state"}',
  () => `{"jsonrpc":"2.0","id":${randomBytes(4).readUInt32BE()},"method":"${randomBytes(3).toString('hex')}"}`,
  () => '{"jsonrpc":"2.0","method":"visit.cancel","params":{"visit":1}}',
  () => `${'['.repeat(200)}${']'.repeat(200)}`,
  () => `{"jsonrpc":"2.0","id":"${'x'.repeat(100)}","method":"state"}`,
  () => '{"jsonrpc":"2.0","id":-1,"method":"visit.serve","params":{"visit":1,"purpose":"form"}}',
]

const tasks = {
  /** @returns milliseconds of each visit. */
  async visits(count) {
    const times = []
    for (let i = 0; i < count; i++) {
      const started = performance.now()
      const { kind } = await client.call('visit.serve', { visit, purpose: 'form', service: 'attributes' })
      times.push(performance.now() - started)
      if (kind !== 'attributes') throw new Error(kind)
    }
    return times.slice(0, 1_000)
  },
  /** Serves the next customer. */
  async next() {
    visit = await nextVisit()
    const { kind } = await client.call('visit.serve', { visit, purpose: 'form', service: 'attributes' })
    if (kind !== 'attributes') throw new Error(kind)
  },
  /** @returns how many of the frames had a coded error as the answer. */
  async hostile(count) {
    let answers = 0
    let coded = 0
    const started = performance.now()
    const listen = (data) => {
      const { error } = JSON.parse(data)
      answers++
      if (/^ERR_BRIDGE_/.test(error?.data?.code)) coded++
    }
    socket.on('message', listen)
    for (let sent = 0; sent < count; sent++) {
      socket.send(shapes[sent % shapes.length]())
      while (sent - answers > 500) await turn()
    }
    while (answers < count) await turn()
    socket.off('message', listen)
    return { coded, perSecond: (count / (performance.now() - started)) * 1000 }
  },
}

answerTasks(tasks)
