// The virtual card in a process of its own, so that it does not share the measured one's event loop.
import { attachToVpcd, createVirtualCard, importIdentity } from '../../dist/emulator/index.js'
import { answerTasks } from './tasks.mjs'

let card
let attachment

const tasks = {
  async create({ identity, ...options }) {
    card = await createVirtualCard({ keepLog: false, ...options, identity: await importIdentity(identity) })
  },
  async insert() {
    attachment = await attachToVpcd(card)
  },
  async remove() {
    await attachment.detach()
  },
  exchanges: async () => card.exchanges,
}

answerTasks(tasks)
