import { afterEach, expect } from 'vitest'
import { WebSocket } from 'ws'
import { type Bridge, type BridgeLogEvent, type BridgeOptions, startBridge } from '../../src/bridge/index.ts'
import {
  BridgeClient,
  type BridgeEvent,
  type BridgeEvents,
  type BridgeOutcome,
  type WebSocketLike,
} from '../../src/bridge-client/index.ts'
import { createVirtualCard, type VirtualCardOptions, VirtualTransport } from '../../src/emulator/index.ts'
import { tokenServer } from '../support/token-server.ts'
import { identity } from '../support/virtual.ts'
import { FrameCheck, problems } from './frames.ts'

/** The origin of the pages in these tests. */
export const pageOrigin = 'https://kiosk.example'

const open: (() => unknown)[] = []
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close()
  // Whatever the test is about, every frame of its clients is in docs/asyncapi.json.
  expect(problems.splice(0)).toEqual([])
})

/** Closed after the test. */
export function closing<T extends { close(): unknown }>(one: T): T {
  open.push(() => one.close())
  return one
}

/** `WebSocket` of a page of an origin, whose frames are held against the document of the protocol. */
export function socketOf(origin: string | undefined): new (url: string, protocols: string[]) => WebSocketLike {
  return class extends WebSocket {
    readonly #frames = new FrameCheck()
    constructor(url: string, protocols: string[]) {
      super(url, protocols, origin === undefined ? {} : { origin })
      this.on('message', (data) => this.#frames.fromBridge(String(data)))
    }
    override send(data: string | Uint8Array): void {
      this.#frames.fromClient(data)
      super.send(data)
    }
  } as unknown as new (
    url: string,
    protocols: string[],
  ) => WebSocketLike
}

/** A bridge on a virtual reader, at which one page has not paired yet. */
export async function bench(options: Partial<BridgeOptions> = {}) {
  const transport = new VirtualTransport({ apduTimeoutMs: 2_000 })
  const secrets: string[] = []
  const log: BridgeLogEvent[] = []
  const bridge: Bridge = await startBridge({
    transport,
    clients: [{ origin: pageOrigin }],
    onSecret: (secret) => void secrets.push(secret),
    pinEntry: 'client',
    purposes: ['residence-record'],
    server: await tokenServer(),
    terminal: 'kiosk-1',
    outcomeMs: 60_000,
    resumeMs: 200,
    onEvent: (event) => void log.push(event),
    ...options,
  })
  open.push(async () => {
    await bridge.close()
    await transport.close()
  })
  return { bridge, transport, secrets, log, page: (origin?: string) => pair(bridge, secrets.at(-1)!, origin) }
}

/** A page that has paired, and all it has received. */
export async function pair(bridge: Bridge, secret: string, origin: string = pageOrigin): Promise<Page> {
  const client = await BridgeClient.connect(bridge.url, { secret, origin, WebSocket: socketOf(origin) })
  return new Page(closing(client))
}

const names: readonly BridgeEvent[] = [
  'reader',
  'visit',
  'removed',
  'screen',
  'look',
  'question',
  'answered',
  'outcome',
]

/** A page: a client with its events. */
export class Page {
  readonly client: BridgeClient
  readonly events: {
    readonly [Name in BridgeEvent]: { readonly name: Name; readonly event: BridgeEvents[Name] }
  }[BridgeEvent][] = []
  readonly #waiting = new Set<() => void>()

  constructor(client: BridgeClient) {
    this.client = client
    for (const name of names) {
      client.on(name, (event) => {
        this.events.push({ name, event } as never)
        for (const wake of [...this.#waiting]) wake()
      })
    }
  }

  /** The events of a name so far. */
  all<Name extends BridgeEvent>(name: Name): BridgeEvents[Name][] {
    return this.events.filter((one) => one.name === name).map((one) => one.event as BridgeEvents[Name])
  }

  /** The n-th event of a name, from 1, or the next that fits. */
  async next<Name extends BridgeEvent>(
    name: Name,
    fits: (event: BridgeEvents[Name]) => boolean = () => true,
  ): Promise<BridgeEvents[Name]> {
    for (;;) {
      const found = this.all(name).find(fits)
      if (found !== undefined) return found
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.#waiting.delete(wake)
          resolve()
        }
        this.#waiting.add(wake)
      })
    }
  }

  get steps(): string[] {
    return this.all('screen').map(({ step, situation }) => (situation === undefined ? step : `${step} ${situation}`))
  }

  /** Serves the next visit; every PIN question is answered with `pin`. */
  async serve(pin: string, more: object = {}): Promise<BridgeOutcome> {
    const { visit } = await this.next('visit')
    this.client.on('question', ({ kind, question }) => {
      if (kind === 'pin') this.client.sendPin(question, new TextEncoder().encode(pin)).catch(() => {})
    })
    return this.client.call('visit.serve', { visit, purpose: 'residence-record', ...more })
  }
}

/** A virtual card of the tests' identity. */
export async function card(options: VirtualCardOptions = {}) {
  return createVirtualCard({ identity: await identity(), ...options })
}
