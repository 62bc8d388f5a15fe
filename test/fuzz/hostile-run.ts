import { asciiBytes, toHex } from '../../src/bytes.ts'
import { CardSession, Pin } from '../../src/card/index.ts'
import {
  createVirtualCard,
  type Identity,
  importIdentity,
  type VirtualCard,
  VirtualTransport,
} from '../../src/emulator/index.ts'
import { JpkiCardError } from '../../src/errors.ts'
import { HostileCard, Memory } from './hostile-card.ts'
import { hostileFlows } from './hostile-flows.ts'
import { Random } from './random.ts'

/** What a run came to. */
export interface HostileReport {
  readonly exchanges: number
  readonly flows: number
  /** How often flows ended in each code, or `done`. */
  readonly outcomes: Readonly<Record<string, number>>
  /** Most exchanges of one flow, its closing included, and which. */
  readonly longest: { readonly flow: string; readonly exchanges: number }
  /** Broken rules, each with the flow and the seed that repeats it; at most 10. */
  readonly broken: readonly string[]
}

/** One flow in so many asks a virtual card for its honest answers, so that those that are never the same fit. */
const real = 25

/**
 * Drives every flow against hostile cards until so many exchanges have passed.
 *
 * @param identityText - of the invented person, as `exportIdentity` writes it.
 * @param only - repeats the one flow of that seed.
 */
export async function runHostile(
  identityText: string,
  seed: number,
  exchanges: number,
  only?: number,
): Promise<HostileReport> {
  const identity = await importIdentity(identityText)
  const memory = new Memory()
  for (const name of Object.keys(hostileFlows)) {
    for (const able of [true, false]) memory.learn(await honestly(name, identity, able))
  }
  const outcomes: Record<string, number> = {}
  const broken: string[] = []
  let longest = { flow: '', exchanges: 0 }
  let [passed, count] = [0, 0]
  for (; passed < exchanges && broken.length < 10; count++) {
    const own = only ?? seed + count
    const one = await attacked(own, memory, identity)
    passed += one.exchanges
    outcomes[one.outcome] = (outcomes[one.outcome] ?? 0) + 1
    if (one.exchanges > longest.exchanges) longest = { flow: one.flow, exchanges: one.exchanges }
    for (const rule of one.broken) broken.push(`${one.flow}, flow seed ${own}: ${rule}`)
    if (only !== undefined) break
  }
  return { exchanges: passed, flows: count, outcomes, longest, broken }
}

/** @param able - it takes every form of command, or none that it need not. */
function cardFor(name: string, identity: Identity, able = true): Promise<VirtualCard> {
  const capabilities = { shortFileId: able, extendedLength: able, directReference: able }
  return createVirtualCard({ commandChaining: true, capabilities, identity, ...hostileFlows[name]!.options })
}

async function honestly(name: string, identity: Identity, able: boolean) {
  const card = await cardFor(name, identity, able)
  const transport = new VirtualTransport({ card })
  const session = new CardSession(await transport.connect((await transport.readers())[0]!.name))
  await hostileFlows[name]!.run({ card, session, pin: (text) => Pin.fromText(text), changed: false })
  await session.close()
  return card.log
}

async function attacked(seed: number, memory: Memory, identity: Identity) {
  const random = new Random(seed)
  const flow = random.pick(Object.keys(hostileFlows))
  const card = await cardFor(flow, identity)
  card.powerOn()
  const hostile = new HostileCard(random, memory, random.below(real) === 0 ? card : undefined)
  const session = new CardSession(hostile)
  const pins: Pin[] = []
  const texts: string[] = []
  const pin = (text: string): Pin => {
    texts.push(text)
    pins.push(Pin.fromText(text))
    return pins.at(-1)!
  }
  const broken: string[] = []
  let outcome = 'done'
  try {
    await hostileFlows[flow]!.run({ card, session, pin, changed: false })
  } catch (error) {
    outcome = error instanceof JpkiCardError ? error.code : 'no coded error'
    if (!(error instanceof JpkiCardError)) broken.push(error instanceof Error ? String(error.stack) : String(error))
  }
  await session.close().catch((error: unknown) => broken.push(`close: ${error}`))
  if (pins.some(({ length }) => length > 0)) broken.push('a PIN is not wiped')
  if (hostile.secrets.length > pins.length) broken.push(`${hostile.secrets.length} commands with ${pins.length} PINs`)
  for (const text of new Set(texts)) {
    const given = texts.filter((one) => one === text).length
    const sent = hostile.secrets.filter((command) => command.endsWith(toHex(asciiBytes(text)))).length
    if (sent > given) broken.push(`a PIN given ${given} times was sent ${sent} times`)
  }
  return { flow, outcome, broken, exchanges: hostile.exchanges }
}
