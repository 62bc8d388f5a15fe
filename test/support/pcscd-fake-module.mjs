// A binding for the isolated host, without a service behind it. The command's INS says what happens to the process:
// 01 it crashes, 02 freezes, 03 blocks its event loop, 04 takes memory, 05 never answers, 06 writes nonsense, 07 fails,
// 08 takes some memory and answers. FAKE_BINDING is a folder: `log` gets a line for each call, in whatever process;
// `events` holds the card counter; `refusals`, if there, a code for each disconnect that is refused, one a line.
import { appendFileSync, existsSync, readFileSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const folder = process.env.FAKE_BINDING
const note = (line) => appendFileSync(join(folder, 'log'), `${line}\n`)
const cardEvents = () => Number(readFileSync(join(folder, 'events'), 'utf8'))
const kept = []

/** The next refusal of a disconnect, taken from the list. */
function refusal() {
  const file = join(folder, 'refusals')
  if (!existsSync(file)) return undefined
  const [code, ...rest] = readFileSync(file, 'utf8').split('\n')
  writeFileSync(file, rest.join('\n'))
  return code
}

const deeds = {
  1: () => process.kill(process.pid, 'SIGSEGV'),
  2: () => process.kill(process.pid, 'SIGSTOP'),
  3: () => {
    for (;;);
  },
  4: () => void kept.push(Buffer.alloc(400 * 2 ** 20, 1)),
  6: () => void writeSync(3, Buffer.alloc(64, 0xff)),
}

class Handle {
  atr = Uint8Array.of(0x3b, 0x80, 0x01)
  cardEvents = cardEvents()

  async transmit(command) {
    note(`transmit ${Buffer.from(command).toString('hex')}`)
    const what = command[1]
    if (what === 7) throw Object.assign(new Error('[ Card ] ResetCard'), { code: 'ResetCard' })
    if (what in deeds) {
      deeds[what]()
      await sleep(30_000)
    }
    if (what === 5) await new Promise(() => {})
    if (what === 8) kept.push(Buffer.alloc(200 * 2 ** 20, 1))
    return Uint8Array.of(...command, 0x90, 0x00)
  }

  async control(code, data) {
    note(`control ${code.toString(16)} ${Buffer.from(data).toString('hex')}`)
    if (code === 1) throw Object.assign(new Error('[ Card ] UnsupportedFeature'), { code: 'UnsupportedFeature' })
    if (code === 2) await new Promise(() => {})
    return Uint8Array.of(0x90, 0x00)
  }

  async reconnect(share, disposition) {
    note(`reconnect ${share} ${disposition}`)
    return new Handle()
  }

  async disconnect(disposition) {
    note(`disconnect ${disposition}`)
    const code = refusal()
    if (code) throw Object.assign(new Error(`[ Card ] ${code}`), { code })
  }
}

export default {
  name: 'fake',
  watch(observer) {
    note('watch')
    const state = (cardEvents() << 16) | 0x22
    for (const reader of ['A', 'B']) observer.changed(reader, state)
    return { stop: () => note('stop') }
  },
  async connect(reader, share) {
    note(`connect ${reader} ${share}`)
    return new Handle()
  },
}
