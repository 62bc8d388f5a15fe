import { describe, expect, test } from 'vitest'
import { inspectPath } from '../../../src/pki/path/inspect.ts'
import type { PathCheck, PathOptions } from '../../../src/pki/path/options.ts'
import { validatePath } from '../../../src/pki/path/validate.ts'
import { Certificate } from '../../../src/pki/x509/index.ts'
import {
  basicConstraints,
  ca,
  der,
  extension,
  issue,
  keyUsage,
  newKeys,
  oid,
  type Plan,
  sequence,
} from '../../support/issue.ts'
import { identity } from '../../support/virtual.ts'

const at = new Date('2026-06-01T00:00:00Z')
const [rootKeys, midKeys, leafKeys, unrelatedKeys] = [newKeys(), newKeys(), newKeys(), newKeys()]
const make = (plan: Plan): Certificate => Certificate.fromDer(issue(plan))

const root = (plan: Partial<Plan> = {}) =>
  make({ subject: 'Root', issuer: 'Root', keys: rootKeys, signer: rootKeys, extensions: ca(), ...plan })
const mid = (plan: Partial<Plan> = {}) =>
  make({ subject: 'Mid', issuer: 'Root', keys: midKeys, signer: rootKeys, extensions: ca(), ...plan })
const leaf = (plan: Partial<Plan> = {}) =>
  make({ subject: 'Leaf', issuer: 'Mid', keys: leafKeys, signer: midKeys, extensions: [keyUsage(0x80)], ...plan })

function inspect(
  parts: { root?: Certificate; mid?: Certificate; leaf?: Certificate } = {},
  options: Partial<PathOptions> = {},
) {
  return inspectPath(parts.leaf ?? leaf(), {
    anchors: [parts.root ?? root()],
    intermediates: [parts.mid ?? mid()],
    at,
    ...options,
  })
}

describe('a good path', () => {
  test('is found end certificate first, whatever else is in the pool and in any order', () => {
    const [r, m, l] = [root(), mid(), leaf()]
    const impostor = make({
      subject: 'Mid',
      issuer: 'Mid',
      keys: unrelatedKeys,
      signer: unrelatedKeys,
      extensions: ca(),
    })
    const noise = make({ subject: 'Noise', issuer: 'Root', keys: unrelatedKeys, signer: rootKeys, extensions: ca() })
    for (const intermediates of [
      [m],
      [l, m, r],
      [r, l, m],
      [impostor, m],
      [m, impostor, noise],
      [noise, impostor, l, r, m, m],
    ]) {
      const result = inspectPath(l, { anchors: [r], intermediates, at })
      expect(result.ok && result.path).toEqual([l, m, r])
    }
  })

  test('is valid to the last second and not after', () => {
    const notAfter = new Date('2026-06-01T00:00:00Z')
    expect(inspect({ leaf: leaf({ notAfter }) }).ok).toBe(true)
    expect(inspect({ leaf: leaf({ notAfter }) }, { at: new Date(notAfter.getTime() + 999) }).ok).toBe(true)
    expect(inspect({ leaf: leaf({ notAfter }) }, { at: new Date(notAfter.getTime() + 1000) })).toEqual({
      ok: false,
      failure: { check: 'validity', depth: 0, message: 'expired' },
    })
  })

  test('leads from both certificates of the virtual card to their CAs, and not to the other', async () => {
    const person = await identity()
    const [auth, sign] = [person.auth, person.sign].map(({ certificate }) => Certificate.fromDer(certificate))
    const [authCa, signCa] = [person.authCa, person.signCa].map(({ certificate }) => Certificate.fromDer(certificate))
    const now = new Date(auth!.notBefore.getTime() + 1000)
    const clientAuth = { extendedKeyUsage: '1.3.6.1.5.5.7.3.2' }
    expect(inspectPath(auth!, { anchors: [signCa!, authCa!], at: now, ...clientAuth }).ok).toBe(true)
    expect(inspectPath(sign!, { anchors: [signCa!, authCa!], at: now, keyUsage: 'nonRepudiation' }).ok).toBe(true)
    expect(inspectPath(sign!, { anchors: [signCa!], at: now, ...clientAuth }).ok).toBe(false)
    expect(inspectPath(auth!, { anchors: [authCa!], at: now, keyUsage: 'nonRepudiation' }).ok).toBe(false)
    expect(inspectPath(auth!, { anchors: [signCa!], at: now }).ok).toBe(false)
  })

  test('is chosen by key where three generations of a CA share one name', () => {
    const generations = [newKeys(), newKeys(), newKeys()].map((keys, i) => ({
      keys,
      certificate: make({ subject: 'CA', issuer: 'CA', keys, signer: keys, extensions: ca(), serial: i + 1 }),
    }))
    for (const { keys, certificate } of generations) {
      const one = leaf({ issuer: 'CA', signer: keys })
      const result = inspectPath(one, { anchors: generations.map((each) => each.certificate), at })
      expect(result.ok && result.path[1]).toBe(certificate)
    }
  })
})

const unknownCritical = extension('1.2.3.4', sequence(), true)
const policies = (...ids: string[]) => extension('2.5.29.32', sequence(...ids.map((id) => sequence(oid(id)))))
const dnsOnly = (host: string) =>
  extension('2.5.29.30', sequence(der(0xa0, sequence(der(0x82, Buffer.from(host))))), true)
const dnsName = (host: string) => extension('2.5.29.17', sequence(der(0x82, Buffer.from(host))))

describe('one fault', () => {
  test.each<[string, PathCheck, number, () => Parameters<typeof inspect>]>([
    [
      'an expired end certificate',
      'validity',
      0,
      () => [{ leaf: leaf({ notAfter: new Date('2026-05-31T23:59:59Z') }) }],
    ],
    ['one not valid yet', 'validity', 0, () => [{ leaf: leaf({ notBefore: new Date('2026-06-01T00:00:01Z') }) }]],
    ['an expired CA', 'validity', 1, () => [{ mid: mid({ notAfter: new Date('2026-05-31T23:59:59Z') }) }]],
    ['an expired anchor', 'validity', 2, () => [{ root: root({ notAfter: new Date('2026-05-31T23:59:59Z') }) }]],
    ['a signature by another key', 'signature', 0, () => [{ leaf: leaf({ signer: unrelatedKeys }) }]],
    ['a CA signed by another key', 'signature', 1, () => [{ mid: mid({ signer: unrelatedKeys }) }]],
    ['an issuer that is not a CA', 'basic-constraints', 1, () => [{ mid: mid({ extensions: [keyUsage(0x06)] }) }]],
    ['an issuer without keyCertSign', 'key-usage', 1, () => [{ mid: mid({ extensions: [ca()[0]!, keyUsage(0x02)] }) }]],
    ['an anchor that allows no CA below', 'path-length', 1, () => [{ root: root({ extensions: ca(0) }) }]],
    [
      'an unknown critical extension',
      'critical-extension',
      0,
      () => [{ leaf: leaf({ extensions: [unknownCritical] }) }],
    ],
    ['one in the CA', 'critical-extension', 1, () => [{ mid: mid({ extensions: [...ca(), unknownCritical] }) }]],
    ['one in the anchor', 'critical-extension', 2, () => [{ root: root({ extensions: [...ca(), unknownCritical] }) }]],
    [
      'a name that is not permitted',
      'name-constraints',
      0,
      () => [
        {
          mid: mid({ extensions: [...ca(), dnsOnly('example.jp')] }),
          leaf: leaf({ extensions: [dnsName('example.com')] }),
        },
      ],
    ],
    [
      'a name the anchor does not permit',
      'name-constraints',
      0,
      () => [
        {
          root: root({ extensions: [...ca(), dnsOnly('example.jp')] }),
          leaf: leaf({ extensions: [dnsName('example.com')] }),
        },
      ],
    ],
    ['no acceptable policy', 'policy', 1, () => [{}, { requireExplicitPolicy: true }]],
    [
      'another policy than asked for',
      'policy',
      0,
      () => [
        { mid: mid({ extensions: [...ca(), policies('1.2.3')] }), leaf: leaf({ extensions: [policies('1.2.3')] }) },
        { requireExplicitPolicy: true, initialPolicies: ['1.2.4'] },
      ],
    ],
    ['a missing issuer', 'trust-anchor', 0, () => [{}, { intermediates: [] }]],
    ['no anchors', 'trust-anchor', 1, () => [{}, { anchors: [] }]],
    ['a path longer than allowed', 'path-length', 0, () => [{}, { maxIntermediates: 0 }]],
    ['another key usage than asked for', 'key-usage', 0, () => [{}, { keyUsage: 'nonRepudiation' }]],
    [
      'no key usage where one is asked for',
      'key-usage',
      0,
      () => [{ leaf: leaf({ extensions: [] }) }, { keyUsage: 'digitalSignature' }],
    ],
  ])('%s fails by its own check', (_, check, depth, args) => {
    const result = inspect(...args())
    expect(result.ok ? undefined : { check: result.failure.check, depth: result.failure.depth }).toEqual({
      check,
      depth,
    })
  })

  test('permits what it permits', () => {
    const extensions = [...ca(), dnsOnly('example.jp')]
    for (const host of ['example.jp', 'www.example.jp', 'WWW.Example.JP']) {
      expect(inspect({ mid: mid({ extensions }), leaf: leaf({ extensions: [dnsName(host)] }) }).ok).toBe(true)
    }
    for (const host of ['badexample.jp', 'example.jp.evil.com', '']) {
      expect(inspect({ mid: mid({ extensions }), leaf: leaf({ extensions: [dnsName(host)] }) }).ok).toBe(false)
    }
  })
})

test('the name of the issuer is a condition of every certificate of a path: RFC 5280 6.1.3 (a) (4)', () => {
  const path = [leaf(), mid({ issuer: 'Another' }), root()]
  expect(validatePath(path, { anchors: [], at })).toMatchObject({
    ok: false,
    failure: { check: 'name-chaining', depth: 1 },
  })
})

describe('what RFC 5280 forbids and 6.1 does not look at', () => {
  const noName = sequence()
  const alternatives = (...names: readonly Buffer[]) => extension('2.5.29.17', sequence(...names), true)
  const alternative = (tag: number, value: readonly number[] | Uint8Array | string) =>
    alternatives(der(tag, Buffer.from(value as Uint8Array)))
  const [email, dns, uri, ip] = [0x81, 0x82, 0x86, 0x87]

  test.each<[string, number, () => Parameters<typeof inspect>[0]]>([
    [
      'an anchor without a name',
      1,
      () => ({ root: root({ subject: noName, issuer: noName }), mid: mid({ issuer: noName }) }),
    ],
    ['a CA without a name', 1, () => ({ mid: mid({ subject: noName }), leaf: leaf({ issuer: noName }) })],
    ['a CA without a name as end certificate', 0, () => ({ leaf: leaf({ subject: noName, extensions: ca() }) })],
    ['a subject without any name', 0, () => ({ leaf: leaf({ subject: noName }) })],
    [
      'a subject named by an alternative name that is not critical',
      0,
      () => ({ leaf: leaf({ subject: noName, extensions: [dnsName('example.jp')] }) }),
    ],
    ['a serial number of 21 bytes', 0, () => ({ leaf: leaf({ serial: Buffer.alloc(21, 0x01) }) })],
    ['one of 22 in a CA', 1, () => ({ mid: mid({ serial: Buffer.alloc(22, 0x01) }) })],
    [
      'one of 21 bytes and a sign byte',
      0,
      () => ({ leaf: leaf({ serial: Buffer.from([0, ...Buffer.alloc(21, 0xff)]) }) }),
    ],
    [
      'a key usage without any use',
      0,
      () => ({ leaf: leaf({ extensions: [extension('2.5.29.15', der(3, Buffer.from([0])))] }) }),
    ],
    ['keyCertSign without being a CA', 0, () => ({ leaf: leaf({ extensions: [keyUsage(0x04)] }) })],
    ['a path length without being a CA', 0, () => ({ leaf: leaf({ extensions: [basicConstraints(false, 0)] }) })],
    ['name constraints without being a CA', 0, () => ({ leaf: leaf({ extensions: [dnsOnly('example.jp')] }) })],
    ['a DNS name without a character', 0, () => ({ leaf: leaf({ extensions: [alternative(dns, '')] }) })],
    ['a DNS name of a space', 0, () => ({ leaf: leaf({ extensions: [alternative(dns, ' ')] }) })],
    ['a DNS name with a zero byte', 0, () => ({ leaf: leaf({ extensions: [alternative(dns, 'a.jp\0.b.jp')] }) })],
    ['a mailbox without a host', 0, () => ({ leaf: leaf({ extensions: [alternative(email, 'taro@')] }) })],
    ['a mailbox with a line break', 0, () => ({ leaf: leaf({ extensions: [alternative(email, 'a\n@a.jp')] }) })],
    ['a mailbox after a line break', 0, () => ({ leaf: leaf({ extensions: [alternative(email, '\na@a.jp')] }) })],
    ['a mailbox before a line break', 0, () => ({ leaf: leaf({ extensions: [alternative(email, 'a@a.jp\n')] }) })],
    ['a URI after a space', 0, () => ({ leaf: leaf({ extensions: [alternative(uri, ' https://a.jp/')] }) })],
    [
      'a malformed name after a good one',
      0,
      () => ({ leaf: leaf({ extensions: [alternatives(der(dns, Buffer.from('a.jp')), der(dns))] }) }),
    ],
    ['a URI without a scheme', 0, () => ({ leaf: leaf({ extensions: [alternative(uri, '//a.jp')] }) })],
    ['a URI with a space', 0, () => ({ leaf: leaf({ extensions: [alternative(uri, 'https://a.jp/ b')] }) })],
    ['an address of 5 bytes', 0, () => ({ leaf: leaf({ extensions: [alternative(ip, [1, 2, 3, 4, 5])] }) })],
    ['an address and mask', 0, () => ({ leaf: leaf({ extensions: [alternative(ip, Buffer.alloc(8))] }) })],
    ['an alternative name of a CA', 1, () => ({ mid: mid({ extensions: [...ca(), alternative(dns, '')] }) })],
  ])('%s', (_, depth, parts) => {
    const result = inspect(parts())
    expect(result).toMatchObject({ ok: false, failure: { check: 'certificate-profile', depth } })
  })

  test.each<[string, Partial<Plan>]>([
    ['a serial number of 20 bytes', { serial: Buffer.alloc(20, 0x7f) }],
    ['one of 20 bytes and a sign byte', { serial: Buffer.from([0, ...Buffer.alloc(20, 0xff)]) }],
    ['a negative one: 4.1.2.2 asks to bear it', { serial: Buffer.from([0x80]) }],
    ['an alternative name alone', { subject: noName, extensions: [alternative(email, 'taro@example.jp')] }],
    [
      'an alternative name beside an extension that is not critical',
      { subject: noName, extensions: [policies('1.2.3'), alternative(email, 'taro@example.jp')] },
    ],
    ['a mailbox with a space', { extensions: [alternative(email, '"a b"@example.jp')] }],
    ['a URN', { extensions: [alternative(uri, 'urn:uuid:0')] }],
    ['an IPv6 address', { extensions: [alternative(ip, Buffer.alloc(16))] }],
    ['a CA at the end', { extensions: [...ca(0), dnsOnly('example.jp')] }],
  ])('%s is accepted', (_, plan) => {
    expect(inspect({ leaf: leaf(plan) })).toMatchObject({ ok: true })
  })
})

describe('a hostile pool', () => {
  test('of certificates that sign each other in circles ends', () => {
    const keys = Array.from({ length: 5 }, newKeys)
    const pool = keys.flatMap((signer, i) =>
      keys.map((own, k) => make({ subject: `C${k}`, issuer: `C${i}`, keys: own, signer, extensions: ca() })),
    )
    const one = leaf({ issuer: 'C0', signer: keys[0]! })
    const result = inspectPath(one, { anchors: [root()], intermediates: pool, at })
    expect(result.ok).toBe(false)
  })

  test('of a thousand impostors costs no more than the budget, and says so', () => {
    const impostors = Array.from({ length: 1000 }, (_, serial) =>
      make({
        subject: 'Mid',
        issuer: 'Root',
        keys: unrelatedKeys,
        signer: rootKeys,
        extensions: ca(),
        serial: serial % 128,
      }),
    )
    const result = inspectPath(leaf(), { anchors: [root()], intermediates: impostors, at, maxSignatures: 50 })
    expect(result).toMatchObject({ ok: false, failure: { check: 'budget' } })
  })

  test.each([true, false])('of keys that wait for their parameters ends as well, with DSA allowed: %s', (allowDsa) => {
    const bare = (value: number) =>
      sequence(
        sequence(oid('1.2.840.10040.4.1')),
        der(0x03, Buffer.from([0]), der(0x02, Buffer.from([value]))),
      ) as unknown
    const pool = Array.from({ length: 12 }, (_, i) => {
      const keys = { ...midKeys, publicKey: { export: () => bare(i + 1) } } as unknown as typeof midKeys
      return make({ subject: 'X', issuer: 'X', keys, signer: unrelatedKeys, extensions: ca() })
    })
    const options = { anchors: [root()], intermediates: pool, at, signatures: { allowDsa } }
    const result = inspectPath(leaf({ issuer: 'X' }), options)
    expect(result).toMatchObject({ ok: false, failure: { check: allowDsa ? 'budget' : 'signature' } })
  })

  test('of policies or mappings by the hundred is refused', () => {
    const ids = (count: number, under: string) => Array.from({ length: count }, (_, i) => `1.2.${under}.${i}`)
    const mappings = (pairs: readonly (readonly [string, string])[]) =>
      extension('2.5.29.33', sequence(...pairs.map(([from, to]) => sequence(oid(from), oid(to)))))
    const policy = (count: number) => {
      const [from, to] = [ids(count, '3'), ids(count, '4')]
      const pairs = from.map((id, i) => [id, to[i]!] as const)
      return {
        policies: inspect({ leaf: leaf({ extensions: [policies(...from)] }) }),
        mappings: inspect({ mid: mid({ extensions: [...ca(), policies('1.2.3.0'), mappings(pairs)] }) }),
      }
    }
    expect(policy(256)).toMatchObject({ policies: { ok: true }, mappings: { ok: true } })
    const refused = (depth: number) => ({ ok: false, failure: { check: 'policy', depth } })
    expect(policy(257)).toMatchObject({ policies: refused(0), mappings: refused(1) })
  })
})
