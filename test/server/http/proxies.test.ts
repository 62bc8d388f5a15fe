import type { IncomingMessage } from 'node:http'
import { describe, expect, test } from 'vitest'
import { listen } from '../../../src/server/http/listen.ts'
import type { Caller } from '../../../src/server/http/options.ts'
import { Proxies, type ProxyOptions } from '../../../src/server/http/proxies.ts'
import { request } from '../fixture.ts'
import { exchange, handlerWith, postText, statusAndCode } from './fixture.ts'

const trusted = ['192.0.2.1', '10.0.0.0/8', '2001:db8:1::/48']

/** Who is called from an address with these headers. */
function callerOf(
  address: string,
  headers: Readonly<Record<string, string>>,
  options: Partial<ProxyOptions> = {},
): Caller {
  const rawHeaders = Object.entries(headers).flat()
  const incoming = { headers, rawHeaders } as unknown as IncomingMessage
  return new Proxies({ trusted, ...options }).callerOf(incoming, { address })
}

describe('the address behind proxies', () => {
  test.each<[string, string, string, string]>([
    ['without a proxy is that of the connection', '198.51.100.9', '203.0.113.7', '198.51.100.9'],
    ['is the one the proxy was called from', '192.0.2.1', '203.0.113.7', '203.0.113.7'],
    ['is the rightmost that is not a proxy', '192.0.2.1', '1.1.1.1, 203.0.113.7, 10.1.2.3', '203.0.113.7'],
    ['is the leftmost where all are proxies', '192.0.2.1', '10.0.0.1, 10.0.0.2', '10.0.0.1'],
    ['is that of the proxy where there is none', '192.0.2.1', '', '192.0.2.1'],
    ['is that of the last proxy before something else', '192.0.2.1', '203.0.113.7, unknown, 10.0.0.2', '10.0.0.2'],
    ['has no port', '::ffff:192.0.2.1', '203.0.113.7:4711', '203.0.113.7'],
    ['may be of IPv6', '2001:db8:1::5', '[2001:db8:2::9]:443', '2001:db8:2::9'],
    ['of a network beside is not a proxy', '192.0.2.2', '203.0.113.7', '192.0.2.2'],
  ])('%s', (_name, peer, forwarded, expected) => {
    expect(callerOf(peer, { 'x-forwarded-for': forwarded }).address).toBe(expected)
  })

  test.each<[string, string]>([
    ['for=203.0.113.7', '203.0.113.7'],
    ['for=1.1.1.1, For="203.0.113.7:80";proto=https;by=10.0.0.1', '203.0.113.7'],
    ['proto=https;for="[2001:db8:2::9]:443", for=10.0.0.1', '2001:db8:2::9'],
    ['for=_hidden', '192.0.2.1'],
    ['for=1.1.1.1;proto=", for=", for=203.0.113.7', '203.0.113.7'],
  ])('Forwarded: %s is %s', (forwarded, expected) => {
    expect(callerOf('192.0.2.1', { forwarded }, { addressHeader: 'forwarded' }).address).toBe(expected)
  })

  test('is not taken from the header that the proxy does not write', () => {
    expect(callerOf('192.0.2.1', { forwarded: 'for=203.0.113.7' }).address).toBe('192.0.2.1')
    expect(callerOf('192.0.2.1', { 'x-forwarded-for': '1.1.1.1' }, { addressHeader: 'forwarded' }).address).toBe(
      '192.0.2.1',
    )
  })

  test('an open quotation mark of a client hides nothing that a proxy wrote', () => {
    const headers = { forwarded: 'for=6.6.6.6;x=", for="[2001:db8:2::9]"' }
    expect(() => callerOf('192.0.2.1', headers, { addressHeader: 'forwarded' })).toThrow(
      expect.objectContaining({ code: 'ERR_REQUEST' }),
    )
  })

  test.each<[string, object]>([
    ['no proxy', { trusted: [] }],
    ['a name', { trusted: ['proxy.example'] }],
    ['a prefix that is too long', { trusted: ['10.0.0.0/33'] }],
    ['another header', { addressHeader: 'x-real-ip' }],
    ['a header that is not one', { terminalHeader: 'x terminal' }],
    ['a header that is another', { terminalHeader: 'Authorization' }],
  ])('%s is misuse', (_name, options) => {
    expect(() => new Proxies({ trusted, ...options } as ProxyOptions)).toThrow(TypeError)
  })
})

describe('the name of a terminal that a proxy verified', () => {
  const terminalHeader = 'X-Terminal'
  const open = async (proxy: string) => {
    const handler = await handlerWith({ terminalOf: (_, { terminalName }) => terminalName })
    return listen(handler, { port: 0, keepAliveTimeoutMs: 100, proxies: { trusted: [proxy], terminalHeader } })
  }
  const ask = async (port: number, headers: string): Promise<string> =>
    statusAndCode(await exchange(port, postText('/v1/challenges', JSON.stringify(request), headers)))

  test('is taken from a trusted proxy, once, and only as a name', async () => {
    await using server = await open('127.0.0.1')
    expect(await ask(server.port, 'x-terminal: kiosk-1\r\n')).toBe('201')
    expect(await ask(server.port, 'X-TERMINAL:kiosk-1 \r\n')).toBe('201')
    expect(await ask(server.port, 'x-terminal: kiosk-2\r\n')).toBe('403 ERR_TOKEN_TERMINAL')
    expect(await ask(server.port, '')).toBe('403 ERR_FORBIDDEN')
    expect(await ask(server.port, 'x-terminal:\r\n')).toBe('403 ERR_FORBIDDEN')
    expect(await ask(server.port, 'x-terminal: kiosk-1\r\nx-terminal: kiosk-1\r\n')).toBe('400 ERR_REQUEST')
    expect(await ask(server.port, 'x-terminal: kiosk-1, kiosk-1\r\n')).toBe('400 ERR_REQUEST')
    expect(await ask(server.port, 'x-terminal: CN=kiosk-1\r\n')).toBe('400 ERR_REQUEST')
  })

  test('is refused from anyone else', async () => {
    await using server = await open('192.0.2.1')
    expect(await ask(server.port, 'x-terminal: kiosk-1\r\n')).toBe('403 ERR_FORBIDDEN')
    expect(await ask(server.port, '')).toBe('403 ERR_FORBIDDEN')
  })
})
