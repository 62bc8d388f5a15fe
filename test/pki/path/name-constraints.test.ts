import { describe, expect, test } from 'vitest'
import { inspectPath } from '../../../src/pki/path/inspect.ts'
import { Certificate } from '../../../src/pki/x509/index.ts'
import { ca, der, extension, issue, name as nameOf, newKeys, oid, sequence } from '../../support/issue.ts'

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
  ['email', 'taro@example.jp', '"ta\\ro"@example.jp', 'unclear'],
  ['email', 'taro@example.jp', '"taro"@example.jp', 'unclear'],
  ['email', '"taro"@example.jp', 'taro@example.jp', 'unclear'],
  ['email', '"taro"@example.jp', '"taro"@Example.jp', 'inside'],
  ['email', 'taro@example.jp', '"hanako"@example.jp', 'outside'],
  ['email', 'taro@example.jp', '"taro"@example.com', 'outside'],
  ['email', 'example.jp', '"taro@example.com"@example.jp', 'inside'],
  ['email', 'example.jp', 'taro@example.com(x)@example.jp', 'unclear'],
  ['email', 'example.jp', 'ta(x)ro@example.jp', 'unclear'],
  ['email', 'example.jp', 'taro,hanako@example.jp', 'unclear'],
  ['email', 'example.jp', '"taro"x@example.jp', 'unclear'],
  ['email', 'example.jp', '""@example.jp', 'inside'],
  ['email', '@example.jp', 'taro@example.jp', 'unclear'],
  ['email', 'example.jp', '[192.0.2.1]', 'unclear'],
  ['email', 'taro@example.jp', 'Taro@example.jp', 'outside'],
  ['email', 'example.jp', 'ta@ro@example.jp', 'unclear'],
  ['email', 'example.jp', '"ta"@ro"@example.jp', 'unclear'],
  ['email', 'example.jp', 'taro@[192.0.2.1]', 'unclear'],
  ['email', 'taro@', 'taro@example.jp', 'unclear'],
  ['email', '', 'taro@example.jp', 'unclear'],
  ['email', 'example.jp', '"ta\\"ro"@example.jp', 'inside'],
  ['email', '"ta\\"ro"@example.jp', '"ta\\"ro"@example.jp', 'inside'],
  ['email', '"ta\\ro"@example.jp', '"taro"@example.jp', 'unclear'],
  ['email', '"ta\\ro"@example.jp', '"tarou"@example.jp', 'outside'],
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
  ['uri', 'example.jp', 'https://example.com\\@example.jp/', 'unclear'],
  ['uri', 'example.jp', 'https://example.jp:443x/', 'unclear'],
  ['uri', 'example.jp', 'https://localhost/', 'unclear'],
  ['uri', 'example.jp', 'https://0x7f.1/', 'unclear'],
  ['uri', 'example.jp', 'https://2130706433./', 'unclear'],
  ['uri', 'example.jp', 'https://u%40v@example.jp/', 'inside'],
  ['uri', '', 'https://example.jp/', 'unclear'],
  ['uri', 'example.jp', '1https://example.jp/', 'unclear'],
  ['uri', 'example.jp', 'https://u%4@example.jp/', 'unclear'],
  ['uri', 'www.3example.jp', 'https://www.3example.jp/', 'inside'],
  ['uri', 'example.jp', 'https://192.0.2.10/', 'unclear'],
  ['uri', 'example.jp', 'https://192.0.2.0x/', 'unclear'],
  ['uri', 'example.jp', 'https://192.0.2.0X1F/', 'unclear'],
  ['ip', 'c0000200ffffff00', 'c0000237', 'inside'],
  ['ip', 'c0000200ffffff00', 'c0000337', 'outside'],
  ['ip', 'c0000200ffffff00', '20010db8000000000000000000000001', 'outside'],
  ['ip', 'c0000200ff00ff00', 'c0000237', 'unclear'],
  ['ip', 'c0000200', 'c0000237', 'unclear'],
  ['ip', 'c0000200ff0f0000', 'c0000237', 'unclear'],
  ['ip', '0000000000000000', 'c0000237', 'inside'],
  ['ip', 'c0000200ffffff00', 'c000023700', 'unclear'],
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

const utf8Mailbox = (text: string, tag = 0x0c): Buffer =>
  der(0xa0, oid('1.3.6.1.5.5.7.8.9'), der(0xa0, der(tag, Buffer.from(text))))

describe('a mailbox', () => {
  const onlyExample = nameConstraints('permitted', general('email', 'example.jp'))
  test.each([
    ['太郎@example.jp', 0x0c, true],
    ['太郎@example.com', 0x0c, false],
    ['太郎@例え.jp', 0x0c, false],
    ['taro@example.jp', 0x16, false],
    ['"太 郎"@example.jp', 0x0c, true],
    ['太 郎@example.jp', 0x0c, false],
    ['"太\\"郎"@example.jp', 0x0c, true],
    ['x"太郎"@example.jp', 0x0c, false],
    ['"太郎"x@example.jp', 0x0c, false],
    ['\ufeff@example.jp', 0x0c, true],
  ])('of UTF-8, %s as tag %i, is held to the constraints on e-mail: RFC 9598 6', (text, tag, ok) => {
    expect(outcome(onlyExample, subjectAltName(utf8Mailbox(text, tag))) === 'valid').toBe(ok)
  })

  const oneMailbox = (list: 'permitted' | 'excluded') => nameConstraints(list, general('email', 'taro@example.jp'))

  test.each(['太郎@example.jp', 'taro@example.jp', 'hanako@EXAMPLE.jp', '"taro"@example.jp'])(
    'of UTF-8, %s, is neither certainly inside nor outside of one mailbox at its host: RFC 9598 6',
    (text) => {
      const leaf = subjectAltName(utf8Mailbox(text))
      expect(outcome(oneMailbox('permitted'), leaf)).toBe('name-constraints: a other name is not permitted')
      expect(outcome(oneMailbox('excluded'), leaf)).toBe('name-constraints: a other name is excluded')
    },
  )

  test('of UTF-8 is neither inside nor outside of a constraint that is no mailbox', () => {
    const leaf = subjectAltName(utf8Mailbox('太郎@example.jp'))
    const constraints = (list: 'permitted' | 'excluded') => nameConstraints(list, general('email', 'ta ro@example.com'))
    expect(outcome(constraints('permitted'), leaf)).toBe('name-constraints: a other name is not permitted')
    expect(outcome(constraints('excluded'), leaf)).toBe('name-constraints: a other name is excluded')
  })

  test('of UTF-8 at another host is outside of one mailbox', () => {
    const leaf = subjectAltName(utf8Mailbox('太郎@example.com'))
    expect(outcome(oneMailbox('permitted'), leaf)).toBe('name-constraints: a other name is not permitted')
    expect(outcome(oneMailbox('excluded'), leaf)).toBe('valid')
  })

  test('that is not UTF-8 is inside of nothing', () => {
    const broken = der(
      0xa0,
      oid('1.3.6.1.5.5.7.8.9'),
      der(0xa0, der(0x0c, Buffer.from('ff40657861 6d706c652e6a70'.replace(' ', ''), 'hex'))),
    )
    expect(outcome(onlyExample, subjectAltName(broken))).toBe('name-constraints: a other name is not permitted')
  })

  test.each([
    ['taro@example.jp', 0x16, true],
    ['taro@example.com', 0x16, false],
    ['taro@example.jp', 0x0c, true],
    ['太郎@example.jp', 0x0c, false],
  ])('in the subject, %s as tag %i, counts also beside an alternative name', (text, tag, ok) => {
    const extensions = [subjectAltName(general('email', 'taro@example.jp'))]
    const plan = { subject: 'Leaf', issuer: 'Root', keys: leafKeys, signer: caKeys, extensions }
    const subject = sequence(der(0x31, sequence(oid('1.2.840.113549.1.9.1'), der(tag, Buffer.from(text)))))
    const leaf = Certificate.fromDer(issue({ ...plan, subject }))
    const root = { subject: 'Root', issuer: 'Root', keys: caKeys, signer: caKeys, extensions: [...ca(), onlyExample] }
    expect(inspectPath(leaf, { anchors: [Certificate.fromDer(issue(root))], at }).ok).toBe(ok)
  })
})

const other = (type: string): Buffer => der(0xa0, oid(type), der(0xa0, der(0x0c, Buffer.from('x'))))

describe('another name, whose form its type is: RFC 5280 4.2.1.10', () => {
  test.each(['permitted', 'excluded'] as const)('is held to constraints on its own type only, %s', (list) => {
    const constraints = nameConstraints(list, other('1.2.3.4'))
    expect(outcome(constraints, subjectAltName(other('1.2.3.5')))).toBe('valid')
    expect(outcome(constraints, subjectAltName(other('1.2.3.4')))).toContain('name-constraints')
  })
})

/** A name of each form, a subtree of that form it is not in, and one it is in where the form has a rule. */
const forms: Readonly<Record<string, { name: Buffer; outside: Buffer; inside?: Buffer }>> = {
  email: {
    name: general('email', 'taro@example.jp'),
    outside: general('email', 'example.com'),
    inside: general('email', 'example.jp'),
  },
  dns: {
    name: general('dns', 'example.jp'),
    outside: general('dns', 'example.com'),
    inside: general('dns', 'example.jp'),
  },
  uri: {
    name: general('uri', 'https://example.jp/'),
    outside: general('uri', 'example.com'),
    inside: general('uri', 'example.jp'),
  },
  ip: {
    name: general('ip', 'c0000237'),
    outside: general('ip', 'c0000300ffffff00'),
    inside: general('ip', 'c0000200ffffff00'),
  },
  directory: {
    name: der(0xa4, nameOf('Leaf')),
    outside: der(0xa4, nameOf('Another')),
    inside: der(0xa4, nameOf('Leaf')),
  },
  'other name': { name: other('1.2.3.4'), outside: other('1.2.3.4') },
  'mailbox of UTF-8': { name: utf8Mailbox('太郎@example.jp'), outside: utf8Mailbox('太郎@example.jp') },
  'x400 address': { name: der(0xa3, sequence()), outside: der(0xa3, sequence()) },
  'EDI party': { name: der(0xa5, der(0x81, Buffer.from('x'))), outside: der(0xa5, der(0x81, Buffer.from('x'))) },
  'registered identifier': { name: der(0x88, Buffer.from([42, 3])), outside: der(0x88, Buffer.from([42, 3])) },
}

describe('a constraint on one form: RFC 5280 4.2.1.10', () => {
  const pairs = Object.keys(forms).flatMap((name) => Object.keys(forms).map((base) => [name, base] as const))
  // Every certificate here has a directory name, its subject; a mailbox of UTF-8 is held to constraints on e-mail.
  const ofOthers = pairs.filter(
    ([name, base]) => name !== base && base !== 'directory' && (name !== 'mailbox of UTF-8' || base !== 'email'),
  )
  test.each(ofOthers)('the name is a %s, the constraint on %s says nothing of it', (name, base) => {
    const leaf = subjectAltName(forms[name]!.name)
    const { outside, inside = outside } = forms[base]!
    expect(outcome(nameConstraints('permitted', outside), leaf)).toBe('valid')
    expect(outcome(nameConstraints('excluded', inside), leaf)).toBe('valid')
  })

  test.each(Object.keys(forms))('the name is a %s, the constraint on the subject says nothing of it', (name) => {
    const leaf = subjectAltName(forms[name]!.name)
    const { outside, inside } = forms['directory']!
    expect(outcome(nameConstraints('permitted', inside!), leaf)).toBe('valid')
    expect(outcome(nameConstraints('excluded', outside), leaf)).toBe('valid')
  })

  test.each(Object.entries(forms).filter(([, { inside }]) => inside === undefined))(
    'without a rule of comparison, %s, refuses every name of that form',
    (_, { name, outside }) => {
      for (const list of ['permitted', 'excluded'] as const) {
        expect(outcome(nameConstraints(list, outside), subjectAltName(name))).toContain('name-constraints')
      }
    },
  )

  test('on directory names does not hold an empty subject', () => {
    const extensions = [extension('2.5.29.17', sequence(general('dns', 'example.jp')), true)]
    const plan = { subject: 'Root', issuer: 'Root', keys: caKeys, signer: caKeys }
    const constraints = nameConstraints('permitted', der(0xa4, nameOf('Example')))
    const root = Certificate.fromDer(issue({ ...plan, extensions: [...ca(), constraints] }))
    const leaf = Certificate.fromDer(issue({ ...plan, subject: sequence(), keys: leafKeys, extensions }))
    expect(inspectPath(leaf, { anchors: [root], at })).toMatchObject({ ok: true })
  })
})

test('a thousand names against a thousand subtrees are refused', () => {
  const many = (count: number, kind: Kind) => Array.from({ length: count }, (_, i) => general(kind, `n${i}.example.jp`))
  const excluded = nameConstraints('excluded', ...many(1000, 'uri'))
  const few = outcome(excluded, subjectAltName(...many(60, 'dns')))
  expect(few).toBe('valid')
  const result = outcome(excluded, subjectAltName(...many(1000, 'dns')))
  expect(result).toBe('name-constraints: too many names to compare with the constraints')
  // 65,536 comparisons: the subject is a name as well.
  const most = nameConstraints('excluded', ...many(256, 'uri'))
  expect(outcome(most, subjectAltName(...many(255, 'dns')))).toBe('valid')
  expect(outcome(most, subjectAltName(...many(256, 'dns')))).toBe(result)
})
