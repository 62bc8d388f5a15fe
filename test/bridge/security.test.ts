import { createHmac, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { request } from 'node:http'
import { describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { startBridge } from '../../src/bridge/index.ts'
import { BridgeClient, bridgeProtocols, proofText } from '../../src/bridge-client/index.ts'
import { VirtualTransport } from '../../src/emulator/index.ts'
import { bench, card, closing, Page, pageOrigin, pair, socketOf } from './support.ts'

/** A frame of the bridge; every part may be absent. */
// biome-ignore lint/suspicious/noExplicitAny: what a hostile client sees is not typed
type Answer = { [part in 'id' | 'method' | 'params' | 'result' | 'error']: any }

/** A WebSocket as hostile code makes it: frames are sent as they are. */
class Raw {
  readonly frames: Answer[] = []
  closed: number | undefined
  readonly socket: WebSocket
  #wake = (): void => {}

  private constructor(socket: WebSocket) {
    this.socket = socket
    socket.on('message', (data) => {
      this.frames.push(JSON.parse(String(data)))
      this.#wake()
    })
    socket.on('close', (code) => {
      this.closed = code
      this.#wake()
    })
    socket.on('error', () => {})
  }

  static async connect(url: string, origin: string = pageOrigin): Promise<Raw> {
    const raw = new Raw(new WebSocket(`${url}/bridge`, [...bridgeProtocols], { origin }))
    await raw.until(() => raw.frames.length > 0)
    return raw
  }

  async until(is: () => boolean): Promise<void> {
    while (!is()) await new Promise<void>((resolve) => (this.#wake = resolve))
  }

  /** The answer to one frame. */
  async ask(frame: string | Uint8Array): Promise<Answer> {
    const before = this.frames.length
    const answer = (): Answer | undefined => this.frames.slice(before).find((one) => 'id' in one)
    this.socket.send(frame)
    await this.until(() => answer() !== undefined || this.closed !== undefined)
    return answer()!
  }

  /** What `session.pair` takes. */
  proof(secret: string, origin: string = pageOrigin) {
    const nonce = randomBytes(32).toString('base64url')
    const bridgeNonce = this.frames[0]!.params.nonce
    const text = proofText('client', { protocol: bridgeProtocols[0], origin, bridgeNonce, clientNonce: nonce })
    const key = Buffer.from(secret, 'base64url')
    return { nonce, proof: createHmac('sha256', key).update(text).digest('base64url') }
  }
}

const rpc = (id: number, method: string, params: object = {}): string =>
  JSON.stringify({ jsonrpc: '2.0', id, method, params })

/** Status of a request to become a WebSocket. */
async function upgrade(url: string, headers: Record<string, string>, path = '/bridge'): Promise<number> {
  const made = request(url.replace('ws:', 'http:') + path, {
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': randomBytes(16).toString('base64'),
      'sec-websocket-protocol': bridgeProtocols[0],
      origin: pageOrigin,
      ...headers,
    },
  })
  made.end()
  return new Promise((resolve, reject) => {
    made.on('response', ({ statusCode }) => resolve(statusCode!))
    made.on('upgrade', (_, socket) => {
      socket.destroy()
      resolve(101)
    })
    made.on('error', reject)
  })
}

describe('who may connect', () => {
  test.each([
    ['the page of the settings', {}, 101],
    ['a page of another origin', { origin: 'https://evil.example' }, 403],
    ['one that is a prefix', { origin: 'https://kiosk.example.evil.example' }, 403],
    ['one with another port', { origin: 'https://kiosk.example:8443' }, 403],
    ['one with another case', { origin: 'https://KIOSK.example' }, 403],
    ['http in place of https', { origin: 'http://kiosk.example' }, 403],
    ['an opaque origin: a file, a sandboxed frame', { origin: 'null' }, 403],
    ['every origin', { origin: '*' }, 403],
    ['a name that was made to lead here (DNS rebinding)', { host: 'evil.example' }, 421],
    ['that with the port', { host: 'evil.example:80' }, 421],
    ['another version of the protocol', { 'sec-websocket-protocol': 'jpki-card-bridge.v0' }, 400],
  ])('%s', async (_, headers, status) => {
    const { bridge } = await bench()
    expect(await upgrade(bridge.url, headers)).toBe(status)
  })

  test('another path, and a program where only pages are listed, are refused', async () => {
    const { bridge } = await bench()
    expect(await upgrade(bridge.url, {}, '/')).toBe(404)
    const program = new WebSocket(`${bridge.url}/bridge`, [...bridgeProtocols])
    const [error] = await once(program, 'error')
    expect(error.message).toContain('403')
    expect(bridge.counts.requests).toEqual({ ERR_BRIDGE_ACCESS: 2 })
  })

  test('plain requests get nothing', async () => {
    const { bridge } = await bench()
    const at = bridge.url.replace('ws:', 'http:')
    for (const path of ['/', '/bridge', '/pin/', `/pin/${'A'.repeat(43)}`, '/pin/../etc/passwd', '/pin/page.html']) {
      const response = await fetch(at + path)
      expect(response.status, path).toBe(404)
      expect(response.headers.get('access-control-allow-origin')).toBe(null)
    }
  })

  test('it listens on loopback and nowhere else', async () => {
    const { bridge } = await bench()
    expect(bridge.url).toBe(`ws://127.0.0.1:${bridge.port}`)
    const options = { transport: new VirtualTransport(), clients: [{ origin: pageOrigin }], onSecret: () => {} }
    const more = { pinEntry: 'client', purposes: ['form'], services: ['attributes'] } as const
    await expect(startBridge({ ...options, ...more, host: '0.0.0.0' as never })).rejects.toThrow(TypeError)
    for (const origin of ['*', 'null', 'http://kiosk.example', 'https://kiosk.example/', 'https://*.example', '']) {
      await expect(startBridge({ ...options, ...more, clients: [{ origin }] }), origin).rejects.toThrow(TypeError)
    }
  })

  test('no more than 16 connections at once', async () => {
    const { bridge } = await bench()
    const all = await Promise.all(Array.from({ length: 16 }, () => Raw.connect(bridge.url)))
    expect(await upgrade(bridge.url, {})).toBe(503)
    for (const { socket } of all) socket.terminate()
  })
})

describe('pairing', () => {
  test('a secret pairs once; the next one is new; neither secret nor key is ever sent', async () => {
    const { bridge, secrets } = await bench()
    const raw = await Raw.connect(bridge.url)
    const secret = secrets[0]!
    const { result } = await raw.ask(rpc(1, 'session.pair', raw.proof(secret)))
    expect(result).toEqual({
      session: expect.stringMatching(/^[\w-]{43}$/),
      proof: expect.stringMatching(/^[\w-]{43}$/),
    })
    await expect.poll(() => secrets.length).toBe(2)
    expect(secrets[1]).not.toBe(secret)
    expect(JSON.stringify(raw.frames)).not.toContain(secret)
    const again = await Raw.connect(bridge.url)
    expect((await again.ask(rpc(1, 'session.pair', again.proof(secret)))).error.data.code).toBe('ERR_BRIDGE_ACCESS')
    again.socket.terminate()
    raw.socket.terminate()
  })

  test('a recorded proof is none in another connection, nor of another origin', async () => {
    const { bridge, secrets } = await bench({ clients: [{ origin: pageOrigin }, { origin: 'https://other.example' }] })
    const first = await Raw.connect(bridge.url)
    const recorded = first.proof(secrets[0]!)
    const second = await Raw.connect(bridge.url)
    const replayed = await second.ask(rpc(1, 'session.pair', recorded))
    expect(replayed.error).toMatchObject({ code: -32001, data: { code: 'ERR_BRIDGE_ACCESS' } })
    const other = await Raw.connect(bridge.url, 'https://other.example')
    expect((await other.ask(rpc(1, 'session.pair', other.proof(secrets[0]!)))).error.data.code).toBe(
      'ERR_BRIDGE_ACCESS',
    )
    for (const { socket } of [first, second, other]) socket.terminate()
  })

  test('before it nothing is answered, and eight refusals end the connection', async () => {
    const { bridge } = await bench()
    const raw = await Raw.connect(bridge.url)
    for (let id = 1; id <= 8; id++) expect((await raw.ask(rpc(id, 'state'))).error.data.code).toBe('ERR_BRIDGE_ACCESS')
    await raw.until(() => raw.closed !== undefined)
    expect(raw.closed).toBe(4401)
    expect(raw.frames.filter(({ method }) => method !== undefined)).toMatchObject([{ method: 'hello' }])
  })

  test('a session is resumed by its key, by one connection at a time, of its origin', async () => {
    const { bridge, page } = await bench({ clients: [{ origin: pageOrigin }, { origin: 'https://other.example' }] })
    const { client } = await page()
    const { session } = client
    const resume = (origin: string, key = session.key) =>
      BridgeClient.connect(bridge.url, { session: { ...session, key }, origin, WebSocket: socketOf(origin) })
    await expect(resume(pageOrigin)).rejects.toMatchObject({ code: 'ERR_BRIDGE_ACCESS' })
    client.close()
    await client.closed
    await expect(resume('https://other.example')).rejects.toMatchObject({ code: 'ERR_BRIDGE_ACCESS' })
    await expect(resume(pageOrigin, randomBytes(32).toString('base64url'))).rejects.toMatchObject({
      code: 'ERR_BRIDGE_ACCESS',
    })
    const resumed = closing(await resume(pageOrigin))
    expect((await resumed.call('state', {})).state).toBe('ready')
  })

  test('another program on the port learns nothing and is not taken for the bridge', async () => {
    const { WebSocketServer } = await import('ws')
    const squatter = new WebSocketServer({ port: 0, host: '127.0.0.1' })
    await once(squatter, 'listening')
    const seen: string[] = []
    squatter.on('connection', (socket) => {
      socket.send(JSON.stringify({ jsonrpc: '2.0', method: 'hello', params: { nonce: 'x', bridge: '' } }))
      socket.on('message', (data) => {
        seen.push(String(data))
        const { id } = JSON.parse(String(data))
        socket.send(JSON.stringify({ jsonrpc: '2.0', id, result: { session: 'x', proof: 'y' } }))
      })
    })
    const { port } = squatter.address() as { port: number }
    const secret = randomBytes(32).toString('base64url')
    // Its frames are not those of the protocol: the plain socket does not look at them.
    const plain = WebSocket as unknown as ReturnType<typeof socketOf>
    const connecting = BridgeClient.connect(`ws://127.0.0.1:${port}`, { secret, WebSocket: plain })
    await expect(connecting).rejects.toMatchObject({ code: 'ERR_BRIDGE_LOST' })
    expect(seen.join()).not.toContain(secret)
    squatter.close()
  })
})

describe('frames', () => {
  async function paired() {
    const { bridge, secrets } = await bench()
    const raw = await Raw.connect(bridge.url)
    await raw.ask(rpc(1, 'session.pair', raw.proof(secrets[0]!)))
    await raw.until(() => raw.frames.some(({ method }) => method === 'screen'))
    return { bridge, raw }
  }

  test.each([
    ['no JSON', '{', -32_700],
    ['a batch', `[${rpc(9, 'state')}]`, -32_600],
    ['a notification', '{"jsonrpc":"2.0","method":"state"}', -32_600],
    ['another version', '{"jsonrpc":"1.0","id":9,"method":"state"}', -32_600],
    ['a further field', '{"jsonrpc":"2.0","id":9,"method":"state","x":1}', -32_600],
    ['a name twice', '{"jsonrpc":"2.0","id":9,"method":"state","method":"visit.cancel"}', -32_600],
    ['an id that is a text', '{"jsonrpc":"2.0","id":"9","method":"state"}', -32_600],
    ['an id that was used', rpc(1, 'state'), -32_600],
    ['id 0', rpc(0, 'state'), -32_600],
    ['a fraction', '{"jsonrpc":"2.0","id":9.5,"method":"state"}', -32_600],
    ['an unknown method', rpc(9, 'apdu'), -32_601],
    ['a method of every object', rpc(9, 'constructor'), -32_601],
    ['the prototype', rpc(9, '__proto__'), -32_601],
    ['wrong parameters', rpc(9, 'visit.serve', { visit: 'x' }), -32_602],
    ['further parameters', rpc(9, 'state', { apdu: '00' }), -32_602],
    ['parameters in a list', '{"jsonrpc":"2.0","id":9,"method":"state","params":[]}', -32_602],
    [
      'deep nesting',
      `{"jsonrpc":"2.0","id":9,"method":"state","params":${'['.repeat(5_000)}${']'.repeat(5_000)}}`,
      -32_602,
    ],
    ['pairing once more', rpc(9, 'session.pair', { nonce: 'A'.repeat(43), proof: 'A'.repeat(43) }), -32_600],
    ['a PIN in a text frame', rpc(9, 'question.pin'), -32_600],
    ['an empty binary frame', new Uint8Array(), -32_600],
    ['a long binary frame', new Uint8Array(25), -32_600],
    ['a PIN for no question', Uint8Array.of(0, 0, 0, 9, 0, 0, 0, 1, 49), -32_002],
  ])('%s ends in a coded error, and the connection goes on', async (_, frame, code) => {
    const { raw } = await paired()
    const { error } = await raw.ask(frame)
    expect(error).toMatchObject({ code, data: { code: expect.stringMatching(/^ERR_BRIDGE_/) } })
    expect((await raw.ask(rpc(99, 'state'))).result.state).toBe('ready')
    raw.socket.terminate()
  })

  test('a frame that is sent a second time is refused', async () => {
    const { raw } = await paired()
    const frame = rpc(2, 'session.language', { language: 'en' })
    expect((await raw.ask(frame)).result).toEqual({})
    await raw.until(() => raw.frames.filter(({ method }) => method === 'screen').length === 2)
    expect((await raw.ask(frame)).error.data).toEqual({ code: 'ERR_BRIDGE_REQUEST', detail: 'id' })
    raw.socket.terminate()
  })

  test('one that is too long ends the connection, as RFC 6455 has it', async () => {
    const { bridge, raw } = await paired()
    raw.socket.send('x'.repeat(16_385))
    await raw.until(() => raw.closed !== undefined)
    expect(raw.closed).toBe(1009)
    expect(bridge.counts.requests).toEqual({ ERR_BRIDGE_REQUEST: 1 })
  })

  test('a client that does not read what it is sent is disconnected', async () => {
    const { bridge, raw } = await paired()
    raw.socket.pause()
    let id = 10
    for (; id < 60_000 && raw.socket.readyState === WebSocket.OPEN; id++) {
      raw.socket.send(rpc(id, 'state'))
      if (id % 500 === 0) await new Promise(setImmediate)
      if (bridge.counts.requests['ERR_BRIDGE_BUSY'] !== undefined) break
    }
    await expect.poll(() => bridge.counts.requests['ERR_BRIDGE_BUSY']).toBeGreaterThan(0)
    raw.socket.terminate()
  })

  test('errors repeat nothing of a request', async () => {
    const { raw } = await paired()
    const secret = '192837465'
    for (const frame of [secret, rpc(9, secret), rpc(10, 'visit.serve', { [secret]: secret }), `"${secret}"`]) {
      expect(JSON.stringify(await raw.ask(frame))).not.toContain(secret)
    }
    raw.socket.terminate()
  })
})

describe('one visit has one owner', () => {
  test('a second page takes neither the visit nor its questions, and learns nothing of it', async () => {
    const { bridge, transport, secrets, page } = await bench({ clients: [{ origin: pageOrigin }] })
    const first = await page()
    await expect.poll(() => secrets.length).toBe(2)
    const second = await pair(bridge, secrets[1]!)
    transport.insert(await card())
    const { visit } = await first.next('visit')
    const serving = first.client.call('visit.serve', { visit, purpose: 'residence-record' })
    const { question } = await first.next('question')
    const other = second.client
    await second.next('visit')
    const refused = { code: 'ERR_BRIDGE_VISIT' }
    await expect(other.call('visit.serve', { visit, purpose: 'residence-record' })).rejects.toMatchObject(refused)
    await expect(other.call('visit.cancel', { visit })).rejects.toMatchObject(refused)
    await expect(other.call('question.active', { question })).rejects.toMatchObject(refused)
    await expect(other.sendPin(question, Buffer.from('9999'))).rejects.toMatchObject(refused)
    expect((await other.call('state', {})).visit).toMatchObject({ owned: 'by-other' })
    await first.client.sendPin(question, new TextEncoder().encode('1234'))
    expect(await serving).toMatchObject({ kind: 'accepted' })
    expect(second.events.map(({ name }) => name)).not.toContain('question')
    expect(second.steps).toEqual(['place-card'])
    // For good: also after the end.
    await expect(other.call('visit.serve', { visit, purpose: 'residence-record' })).rejects.toMatchObject(refused)
  })

  test('a page that is gone and does not come back loses its visit, which no other can take', async () => {
    const { bridge, transport, secrets, page, log } = await bench()
    const first = await page()
    await expect.poll(() => secrets.length).toBe(2)
    const second = await pair(bridge, secrets[1]!)
    const inserted = await card()
    transport.insert(inserted)
    const { visit } = await first.next('visit')
    const serving = first.client.call('visit.serve', { visit, purpose: 'residence-record' }).catch(() => {})
    await first.next('question')
    first.client.close()
    await serving
    await expect.poll(() => log.filter(({ event }) => event === 'outcome')).toMatchObject([{ kind: 'cancelled' }])
    expect(inserted.verified('auth')).toBe(false)
    const take = second.client.call('visit.serve', { visit, purpose: 'residence-record' })
    await expect(take).rejects.toMatchObject({ code: 'ERR_BRIDGE_VISIT' })
  })

  test('a page that comes back in time goes on', async () => {
    const { bridge, transport, page } = await bench({ resumeMs: 10_000 })
    const first = await page()
    transport.insert(await card())
    const { visit } = await first.next('visit')
    const lost = first.client.call('visit.serve', { visit, purpose: 'residence-record' })
    await first.next('question')
    first.client.close()
    await expect(lost).rejects.toMatchObject({ code: 'ERR_BRIDGE_LOST' })
    const { session } = first.client
    const again = await BridgeClient.connect(bridge.url, {
      session,
      origin: pageOrigin,
      WebSocket: socketOf(pageOrigin),
    })
    const resumed = new Page(closing(again))
    const { question } = await resumed.next('question')
    await again.sendPin(question, new TextEncoder().encode('1234'))
    expect(await resumed.next('outcome')).toMatchObject({ kind: 'accepted' })
  })

  test('what the settings do not allow is refused by name: methods, services, purposes, documents', async () => {
    const { transport, page } = await bench({ clients: [{ origin: pageOrigin, methods: ['state', 'visit.serve'] }] })
    const { client } = await page()
    const kiosk = new Page(client)
    transport.insert(await card())
    const { visit } = await kiosk.next('visit')
    const access = { code: 'ERR_BRIDGE_ACCESS' }
    await expect(client.call('visit.cancel', { visit })).rejects.toMatchObject(access)
    await expect(client.sendPin(1, Buffer.from('1234'))).rejects.toMatchObject(access)
    const request = { code: 'ERR_BRIDGE_REQUEST' }
    for (const more of [
      { purpose: 'tax' },
      { purpose: 'residence-record', service: 'attributes' as const },
      { purpose: 'residence-record', service: 'card-face' as const },
      { purpose: 'residence-record', documents: 'choose' as const },
      { purpose: 'residence-record', documents: [{ document: 'income', copies: 1 }] },
    ]) {
      await expect(client.call('visit.serve', { visit, ...more })).rejects.toMatchObject(request)
    }
  })
})
