import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalBytes } from '../../../src/documents/xml/canonical.ts'
import { parseXml, xmlLimits } from '../../../src/documents/xml/tree.ts'
import { folder, person, verified, xmllint, xmlsec } from './fixture.ts'

const prefixes = ['', 'a', 'b', 'c'] as const
// Without & and ": libxml2 2.9 writes them in a namespace as they are, while Canonical XML 2.3 has them escaped.
const uris = ['urn:x:1', 'urn:x:2', 'http://example.jp/?a=1;b=%20'] as const
// The last two sort differently by UTF-16 units and by code points.
const names = ['n', 'm-1', '要素', '豈', '\u{20000}'] as const

const content = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        'text',
        ' ',
        '\n',
        '\r\n',
        '\r',
        '\t',
        '&#13;',
        '&#9;',
        '&#10;',
        '&amp;',
        '&lt;',
        '&gt;',
        '"',
        "'",
      ),
      fc.constantFrom('漢字', '𠮷', '\u{10FFFD}', '\u00A0', '\uFEFF', '\u2028', '\u0085', '&#x20BB7;', 'é', 'e\u0301'),
    ),
    { maxLength: 4 },
  )
  .map((parts) => parts.join(''))
const attributeValue = content.map((text) => text.replaceAll('"', '&quot;'))

interface Shape {
  readonly prefix: (typeof prefixes)[number]
  readonly name: string
  readonly declared: readonly (readonly [string, string])[]
  readonly attributes: readonly (readonly [string, string, string])[]
  readonly children: readonly (Shape | string)[]
}

const { shape } = fc.letrec<{ shape: Shape }>((tie) => ({
  shape: fc.record({
    prefix: fc.constantFrom(...prefixes),
    name: fc.constantFrom(...names),
    declared: fc.uniqueArray(
      fc.tuple(fc.constantFrom<string>(...prefixes), fc.oneof(fc.constantFrom<string>(...uris), fc.constant(''))),
      { selector: ([prefix]) => prefix, maxLength: 3 },
    ),
    attributes: fc.uniqueArray(
      fc.tuple(fc.constantFrom<string>(...prefixes, 'xml'), fc.constantFrom(...names, 'lang'), attributeValue),
      { selector: ([, name]) => name, maxLength: 4 },
    ),
    children: fc.array(
      fc.oneof(
        { maxDepth: 3, withCrossShrink: true },
        content,
        fc.constantFrom(
          '<!-- c\r\n -->',
          '<!---->',
          '<?pi a\r\n b ?>',
          '<?pi?>',
          '<![CDATA[<&>\r\n]]>',
          '<![CDATA[]]>',
        ),
        tie('shape'),
      ),
      { maxLength: 4 },
    ),
  }),
}))

/** Text of a shape; every prefix is bound at the root, so that all of it is well-formed. */
function textOf({ prefix, name, declared, attributes, children }: Shape, isRoot = true): string {
  const own = declared.filter(([key, uri]) => key === '' || uri !== '')
  const all = isRoot ? [...new Map([['a', 'urn:x:a'], ['b', 'urn:x:b'], ['c', 'urn:x:c'], ...own] as const)] : own
  const full = (key: string, local: string): string => (key === '' ? local : `${key}:${local}`)
  const start = [
    full(prefix, name),
    ...attributes.map(([key, local, value]) => `${full(key, local)}="${value}"`),
    ...all.map(([key, uri]) => `${key === '' ? 'xmlns' : `xmlns:${key}`}='${uri}'`),
  ].join(isRoot ? '\r\n ' : ' ')
  const inner = children.map((child) => (typeof child === 'string' ? child : textOf(child, false))).join('')
  return inner === '' ? `<${start} />` : `<${start}>${inner}</${full(prefix, name)} >`
}

const documents = fc
  .record({
    shape,
    declaration: fc.boolean(),
    before: fc.constantFrom('', '<!-- before -->\n', '<?p q?>'),
    after: fc.constantFrom('', '\n<!-- after -->', '<?p?>\n\n'),
  })
  .map(({ shape: root, declaration, before, after }) => {
    return `${declaration ? '<?xml version="1.0"?>\n' : ''}${before}${textOf(root)}${after}`
  })

describe('canonical XML is that of libxml2', () => {
  test.each([
    ['--c14n', false],
    ['--exc-c14n', true],
  ] as const)(
    '%s',
    async (kind, isExclusive) => {
      await fc.assert(
        fc.asyncProperty(documents, async (text) => {
          const theirs = xmllint(text, kind)
          const document = await parseXml(text, xmlLimits).catch(() => undefined)
          // A prefix bound twice may make two attributes the same one: then neither reads it.
          expect(document === undefined).toBe(theirs === undefined)
          if (document === undefined) return
          const ours = canonicalBytes(document, { isExclusive, hasComments: true }, { left: 1e9 })
          expect(Buffer.from(ours).toString()).toBe(theirs!.toString())
        }),
        { numRuns: 300 },
      )
    },
    60_000,
  )

  test('of an element in its document, as xmlsec1 signs it', async () => {
    const { sign, trust } = await person()
    const cwd = folder()
    writeFileSync(join(cwd, 'key.der'), sign.privateKey)
    writeFileSync(join(cwd, 'cert.der'), sign.certificate)
    const c14n = 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315'
    const exc = 'http://www.w3.org/2001/10/xml-exc-c14n#'
    const list = `<e:InclusiveNamespaces xmlns:e="${exc}" PrefixList="a #default c"/>`
    const methods = fc.constantFrom([c14n, ''], [exc, ''], [`${c14n}#WithComments`, ''], [exc, list])
    const uri = fc.constantFrom('#part', "#xpointer(id('part'))")
    const all = fc.tuple(shape, shape, methods, methods, uri)
    await fc.assert(
      fc.asyncProperty(all, async ([outer, inner, [method, prefixList], [infoMethod], pointer]) => {
        const element = `<part Id="part" xml:lang="ja">${textOf(inner, false)}</part>`
        const root = `<wrap xml:space="preserve" xmlns:a="urn:x:a" xmlns:b="urn:x:b" xmlns:c="urn:x:c">`
        const signature = `<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignedInfo>
<CanonicalizationMethod Algorithm="${infoMethod}"/>
<SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>
<Reference URI="${pointer}"><Transforms><Transform Algorithm="${method}">${prefixList}</Transform></Transforms>
<DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><DigestValue/></Reference></SignedInfo>
<SignatureValue/><KeyInfo><X509Data/></KeyInfo></Signature>`
        const text = `${root}${textOf({ ...outer, children: [] }, false)}${element}${signature}</wrap>`
        writeFileSync(join(cwd, 'template.xml'), text)
        const key = ['--privkey-der', 'key.der,cert.der', '--id-attr:Id', 'part']
        const made = xmlsec(cwd, '--sign', ...key, '--output', 'signed.xml', 'template.xml')
        fc.pre(made.ok)
        const { readFileSync } = await import('node:fs')
        const signed = readFileSync(join(cwd, 'signed.xml'))
        const report = await verified(new Uint8Array(signed), trust, { partial: 'report' })
        expect(report.signatures[0]!.integrity, signed.toString()).toBe('intact')
        const [first] = report.signatures[0]!.coverage.references!
        expect(first).toMatchObject({ element: '/wrap/part' })
      }),
      { numRuns: 80 },
    )
  }, 60_000)
})

test('what libxml2 reads differently is refused', async () => {
  const wrong = [
    '<!DOCTYPE a><a/>',
    '<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>',
    '<a>&nbsp;</a>',
    '<a xmlns="relative"/>',
    '<a xmlns:p=" urn:x"/>',
    '<a xmlns:p=""/>',
    '<p:a/>',
    '<a b="1" b="2"/>',
    '<a xmlns:p="urn:x" xmlns:q="urn:x" p:b="1" q:b="2"/>',
    '<a xmlns:xml="urn:x"/>',
    '<xmlns:a/>',
    '<a/><b/>',
    '<a/>text',
    '<a',
    '',
    '<a>\u0001</a>',
    '<a>&#1;</a>',
    '<a>\uFFFE</a>',
    '<a>\uD800</a>',
    '<a>]]></a>',
    '<a b="<"/>',
    '<a><!-- -- --></a>',
    '<?xml version="1.1"?><a/>',
    ' <?xml version="1.0"?><a/>',
    '<?XML x?><a/>',
    '\uFEFF<a/>',
  ]
  for (const text of wrong) {
    await expect(parseXml(text, xmlLimits), text).rejects.toMatchObject({ code: 'ERR_SIGNED_DOCUMENT' })
  }
})
