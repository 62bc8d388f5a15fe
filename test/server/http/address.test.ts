import { describe, expect, test } from 'vitest'
import { networksOf, senderOf } from '../../../src/server/http/proxies.ts'
import { askChallenge, handlerWith } from './fixture.ts'

describe('networks', () => {
  test.each([
    ['192.0.2.1', ['192.0.2.1']],
    ['2001:db8:1:2345::1', ['2001:db8:1:2345::/64', '2001:db8:1:2300::/56', '2001:db8:1::/48']],
    ['2001:db8:1:23ff::1', ['2001:db8:1:23ff::/64', '2001:db8:1:2300::/56', '2001:db8:1::/48']],
    ['2001:db8::1', ['2001:db8:0:0::/64', '2001:db8:0:0::/56', '2001:db8:0::/48']],
  ])('of %s are %j', (address, networks) => {
    expect(networksOf(address)).toEqual(networks)
  })

  test('of one site send no more together than 4 of a /56 and 16 of a /48, and one that is refused takes nothing from others', async () => {
    const handler = await handlerWith({ limits: { perAddress: { perSecond: 0.001, burst: 1 } } })
    const served = async (addresses: readonly string[]): Promise<number> => {
      let count = 0
      for (const address of addresses) {
        if ((await handler.fetch(askChallenge(), { address })).status === 201) count += 1
      }
      return count
    }
    const within = (third: string, from: number, step: number): string[] =>
      Array.from({ length: 40 }, (_, i) => `2001:db8:${third}:${(from + i * step).toString(16)}::1`)
    expect(await served(Array.from({ length: 40 }, () => '2001:db8:1:0::1'))).toBe(1)
    expect(await served(within('1', 1, 1))).toBe(3)
    expect(await served(within('2', 0, 0x100))).toBe(16)
    expect(await served(['2001:db8:3::1'])).toBe(1)
  })
})

describe('one sender', () => {
  test.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:192.0.2.1', '192.0.2.1'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['2001:db8::', '2001:db8:0:0::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:DB8:0:0:ffff:ffff:ffff:ffff', '2001:db8:0:0::/64'],
    ['2001:0db8:0000:0001::1', '2001:db8:0:1::/64'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['1::2:3:4:5:6:7', '1:0:2:3::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['64:ff9b::192.0.2.1', '64:ff9b:0:0::/64'],
  ])('%s is %s', (address, sender) => {
    expect(senderOf(address)).toBe(sender)
  })
})
