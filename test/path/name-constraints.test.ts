import { describe, expect, test } from 'vitest'
import { inspectPath } from '../../src/path/index.ts'
import { Certificate } from '../../src/x509/index.ts'
import { ca, der, extension, issue, newKeys, oid, sequence } from '../support/issue.ts'

const at = new Date('2026-06-01T00:00:00Z')
const [caKeys, leafKeys] = [newKeys(), newKeys()]
const tags = { email: 0x81, dns: 0x82, uri: 0x86, ip: 0x87 } as const
type Kind = keyof typeof tags

const general = (kind: Kind, value: string): Buffer =>
  der(tags[kind], Buffer.from(value, kind === 'ip' ? 'hex' : 'utf8'))
const subjectAltName = (...names: readonly Buffer[]): Buffer => extension('2.5.29.17', sequence(...names))
const nameConstraints = (list: 'permitted' | 'excluded', ...bases: readonly Buffer[]): Buffer => {
  const subtrees = bases.map((base) => sequence(base))
  return extension('2.5.29.30', sequence(der(list === 'permitted' ? 0xa0 : 0xa1, ...subtrees)), true)
}

function outcome(constraints: Buffer, ...extensions: readonly Buffer[]): string {
  const root = issue({
    subject: 'Root',
    issuer: 'Root',
    keys: caKeys,
    signer: caKeys,
    extensions: [...ca(), constraints],
  })
  const leaf = issue({ subject: 'Leaf', issuer: 'Root', keys: leafKeys, signer: caKeys, extensions })
  const found = inspectPath(Certificate.fromDer(leaf), { anchors: [Certificate.fromDer(root)], at })
  return found.ok ? 'valid' : `${found.failure.check}: ${found.failure.message}`
}

/** Inside and outside are certain; `unclear` is refused by a permitted and by an excluded subtree alike. */
const cases: readonly (readonly [Kind, base: string, name: string, 'inside' | 'outside' | 'unclear'])[] = [
  ['dns', 'example.jp', 'example.jp', 'inside'],
  ['dns', 'example.jp', 'WWW.Example.JP.', 'inside'],
  ['dns', 'example.jp', '*.example.jp', 'inside'],
  ['dns', 'example.jp', 'badexample.jp', 'outside'],
  ['dns', 'www.example.jp', '*.example.jp', 'unclear'],
  ['dns', 'a.www.example.jp', '*.example.jp', 'outside'],
  ['dns', 'example.jp', '*', 'unclear'],
  ['dns', 'example.jp', 'w*.example.jp', 'unclear'],
  ['dns', '*.example.jp', 'www.example.jp', 'unclear'],
  ['dns', '.example.jp', 'www.example.jp', 'unclear'],
  ['dns', '', 'www.example.jp', 'inside'],
  ['email', 'example.jp', 'taro@example.jp', 'inside'],
  ['email', 'example.jp', 'taro@EXAMPLE.jp.', 'inside'],
  ['email', 'example.jp', '"ta@ro"@example.jp', 'inside'],
  ['email', 'example.jp', 'taro.@example.jp', 'inside'],
  ['email', 'example.jp', 'taro@www.example.jp', 'outside'],
  ['email', '.example.jp', 'taro@www.example.jp', 'inside'],
  ['email', '.example.jp', 'taro@example.jp', 'outside'],
  ['email', 'taro@example.jp', 'taro@Example.jp', 'inside'],
  ['email', 'taro@example.jp', '"ta\\ro"@example.jp', 'inside'],
  ['email', 'taro@example.jp', 'Taro@example.jp', 'outside'],
  ['email', 'example.jp', 'ta@ro@example.jp', 'unclear'],
  ['email', 'example.jp', '"ta"@ro"@example.jp', 'unclear'],
  ['email', 'example.jp', 'taro@[192.0.2.1]', 'unclear'],
  ['email', 'taro@', 'taro@example.jp', 'unclear'],
  ['email', '', 'taro@example.jp', 'unclear'],
  ['uri', 'example.jp', 'https://example.jp', 'inside'],
  ['uri', 'example.jp', 'https://u:p@EXAMPLE.jp.:443/x?y@z', 'inside'],
  ['uri', '.example.jp', 'https://www.example.jp/', 'inside'],
  ['uri', '.example.jp', 'https://example.jp/', 'outside'],
  ['uri', 'example.jp', 'https://example.com/@example.jp', 'outside'],
  ['uri', 'example.jp', 'https://a@b@example.jp/', 'unclear'],
  ['uri', 'example.jp', 'https://%65xample.jp/', 'unclear'],
  ['uri', 'example.jp', 'https://192.0.2.1/', 'unclear'],
  ['uri', 'example.jp', 'https://[2001:db8::1]/', 'unclear'],
  ['uri', 'example.jp', 'urn:example:jp', 'unclear'],
  ['uri', '', 'https://example.jp/', 'unclear'],
  ['ip', 'c0000200ffffff00', 'c0000237', 'inside'],
  ['ip', 'c0000200ffffff00', 'c0000337', 'outside'],
  ['ip', 'c0000200ffffff00', '20010db8000000000000000000000001', 'outside'],
  ['ip', 'c0000200ff00ff00', 'c0000237', 'unclear'],
  ['ip', 'c0000200', 'c0000237', 'unclear'],
]

describe('a subtree', () => {
  test.each(cases)('%s %j and the name %j: %s', (kind, base, text, where) => {
    const leaf = subjectAltName(general(kind, text))
    const by = (list: 'permitted' | 'excluded') => outcome(nameConstraints(list, general(kind, base)), leaf)
    const refused = (verb: string) => `name-constraints: a ${kind} name is ${verb}`
    expect(by('permitted')).toBe(where === 'inside' ? 'valid' : refused('not permitted'))
    expect(by('excluded')).toBe(where === 'outside' ? 'valid' : refused('excluded'))
  })
})

describe('a mailbox', () => {
  const onlyExample = nameConstraints('permitted', general('email', 'example.jp'))
  const utf8Mailbox = (text: string, tag = 0x0c): Buffer =>
    der(0xa0, oid('1.3.6.1.5.5.7.8.9'), der(0xa0, der(tag, Buffer.from(text))))

  test.each([
    ['太郎@example.jp', 0x0c, true],
    ['太郎@example.com', 0x0c, false],
    ['太郎@例え.jp', 0x0c, false],
    ['taro@example.jp', 0x16, false],
  ])('of UTF-8, %s as tag %i, is held to the constraints on e-mail: RFC 9598 6', (text, tag, ok) => {
    expect(outcome(onlyExample, subjectAltName(utf8Mailbox(text, tag))) === 'valid').toBe(ok)
  })

  test.each([
    ['taro@example.jp', true],
    ['taro@example.com', false],
  ])('in the subject, %s, counts also beside an alternative name', (text, ok) => {
    const extensions = [subjectAltName(general('email', 'taro@example.jp'))]
    const plan = { subject: 'Leaf', issuer: 'Root', keys: leafKeys, signer: caKeys, extensions }
    const subject = sequence(der(0x31, sequence(oid('1.2.840.113549.1.9.1'), der(0x16, Buffer.from(text)))))
    const leaf = Certificate.fromDer(issue({ ...plan, subject }))
    const root = { subject: 'Root', issuer: 'Root', keys: caKeys, signer: caKeys, extensions: [...ca(), onlyExample] }
    expect(inspectPath(leaf, { anchors: [Certificate.fromDer(issue(root))], at }).ok).toBe(ok)
  })
})

test('a thousand names against a thousand subtrees are refused', () => {
  const many = (count: number, kind: Kind) => Array.from({ length: count }, (_, i) => general(kind, `n${i}.example.jp`))
  const excluded = nameConstraints('excluded', ...many(1000, 'uri'))
  const few = outcome(excluded, subjectAltName(...many(60, 'dns')))
  expect(few).toBe('valid')
  const result = outcome(excluded, subjectAltName(...many(1000, 'dns')))
  expect(result).toBe('name-constraints: too many names to compare with the constraints')
})
