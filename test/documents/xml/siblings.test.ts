import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { type SignXmlOptions, signXml, type VerifyXmlOptions } from '../../../src/documents/xml/index.ts'
import { forged, isAccepted, person, template, verified } from './fixture.ts'

/* Variants of the known attacks: none may end as unchanged and fully covered. */

const plain =
  '<order xmlns="urn:example:order"><part Id="p1"><name>架空 花子 が</name><amount>100</amount></part></order>'
const signed = async (options: SignXmlOptions = { form: 'enveloped' }, xml = plain): Promise<string> =>
  (await signXml(xml, (await person()).signer, options)).xml
const report = async (xml: string, options: Partial<VerifyXmlOptions> = {}) =>
  verified(xml, (await person()).trust, options)
const signatureOf = (xml: string): string => /<ds:Signature .*<\/ds:Signature>/s.exec(xml)![0]
const other = '<part Id="p2"><name>架空 花子 が</name><amount>999</amount></part>'

describe('signature wrapping, by the place of the signed element', () => {
  /** The order, with its signed part put elsewhere and another in its place. */
  const places: Record<string, (xml: string, part: string, signature: string) => string> = {
    'a sibling before': (xml, part) => xml.replace(part, `${other}${part}`),
    'a sibling after': (xml, part) => xml.replace(part, `${part}${other}`),
    'an ancestor': (xml, part) => xml.replace(part, `<part Id="p2"><amount>999</amount>${part}</part>`),
    'below the other': (xml, part) => xml.replace(part, other.replace('</part>', `${part}</part>`)),
    'a document of its own, which is a part': (xml) => `<order xmlns="urn:example:order">${other}${xml}</order>`,
    'in KeyInfo': (xml, part, signature) =>
      xml.replace(part, signature.replace('</ds:KeyInfo>', `${part.replace(signature, '')}</ds:KeyInfo>`)),
    'in an object of the signature': (xml, part, signature) =>
      xml.replace(
        part,
        `${other.replace('</part>', '')}${signature.replace('</ds:Signature>', `<ds:Object>${part.replace(signature, '')}</ds:Object></ds:Signature>`)}</part>`,
      ),
    'in unsigned properties': (xml, part, signature) =>
      xml.replace(
        part,
        `${other}${signature.replace('</xades:QualifyingProperties>', `<xades:UnsignedProperties>${part.replace(signature, '')}</xades:UnsignedProperties></xades:QualifyingProperties>`)}`,
      ),
  }
  test.each(Object.keys(places))('%s', async (place) => {
    const xml = await signed({ form: 'enveloped', target: 'p1' })
    const part = /<part Id="p1">.*<\/part>/s.exec(xml)![0]
    const wrapped = places[place]!(xml, part, signatureOf(xml))
    expect(wrapped).not.toBe(xml)
    expect(isAccepted(await report(wrapped))).toBe(false)
    const found = await report(wrapped, { partial: 'report' })
    for (const { indication, coverage } of found.signatures)
      if (indication === 'TOTAL-PASSED') expect(coverage.extent).toBe('part')
  })

  test('ids by other names of the attribute are ids, or nothing', async () => {
    const xml = await signed({ form: 'enveloped', target: 'p1' })
    for (const name of ['ID', 'id', 'xml:id', 'iD', 'x:Id', 'Identifier', 'AssertionID']) {
      const text = xml.replace('<part Id="p1"', `<part${name.startsWith('x:') ? ' xmlns:x="urn:x"' : ''} ${name}="p1"`)
      expect(isAccepted(await report(text)), name).toBe(false)
    }
  })
})

describe('references', () => {
  test.each([
    '#xpointer(id("p1"))/..',
    "#xpointer(id('p1')/b)",
    "#xpointer(id('p1'))xpointer(/)",
    '#xpointer(/*)',
    '#xpointer(/a)',
    '#element(/1)',
    '#',
    '##',
    '#a b',
    '#%',
    '#%zz',
    '#%00',
    '?',
    './',
    ' ',
    'data:text/xml,<a/>',
    'ftp://example.jp/a',
    'file:///etc/passwd',
    '../doc.xml',
    '__proto__',
  ])('%s', async (uri) => {
    const found = await report(
      await forged(template({ uri: `URI="${uri.replaceAll('<', '&lt;').replaceAll('"', '&quot;')}"` })),
    )
    expect(isAccepted(found)).toBe(false)
    expect(found.signatures.map(({ indication }) => indication)).not.toContain('TOTAL-PASSED')
  })

  test('to a manifest, whose own references no one verified, say so', async () => {
    const manifest =
      '<ds:Object xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Id="m"><ds:Manifest><ds:Reference URI="file.bin"><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue>AAAA</ds:DigestValue></ds:Reference></ds:Manifest></ds:Object>'
    const canonical = manifest.replace('/>', '></ds:DigestMethod>')
    const digest = createHash('sha256').update(canonical).digest('base64')
    const reference = `<ds:Reference URI="#m" Type="http://www.w3.org/2000/09/xmldsig#Manifest"><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue>${digest}</ds:DigestValue></ds:Reference>`
    const text = template({ inInfo: reference }).replace(
      '</ds:Signature>',
      `${manifest.replace(' xmlns:ds="http://www.w3.org/2000/09/xmldsig#"', '')}</ds:Signature>`,
    )
    const found = await report(await forged(text))
    expect(found.signatures[0]).toMatchObject({ integrity: 'intact', indication: 'TOTAL-PASSED' })
    expect(found.signatures[0]!.notChecked).toContain('manifest')
  })

  test('transforms that are not known, or with parameters', async () => {
    const enveloped = '<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>'
    for (const transforms of [
      `${enveloped}<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"><xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform" version="1.0"/></ds:Transform>`,
      `${enveloped}<ds:Transform Algorithm="http://www.w3.org/2002/07/decrypt#XML"/>`,
      `${enveloped}<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature "/>`,
      `<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"><ds:XPath>1</ds:XPath></ds:Transform>`,
      `<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature" x="1"/>${enveloped}`,
      `<ds:Transforms>${enveloped}</ds:Transforms>`,
      '<!-- -->',
    ]) {
      const found = await report(await forged(template({ transforms })))
      expect(isAccepted(found), transforms).toBe(false)
    }
  })
})

describe('the same value in another spelling, and other values that look the same', () => {
  test('values of the signature', async () => {
    const xml = await signed()
    const digest = /<ds:DigestValue>(.*?)<\/ds:DigestValue>/.exec(xml)![1]!
    const value = /<ds:SignatureValue>(.*?)<\/ds:SignatureValue>/s.exec(xml)![1]!
    const changes: readonly [string, string][] = [
      [digest, `${digest}=`],
      [digest, digest.slice(0, -1)],
      [digest, `${digest}AAAA`],
      [digest, `=${digest}`],
      [digest, `${digest}&#0;`],
      [digest, `${digest}&#xA0;`],
      [digest, `<x/>${digest}`],
      [digest, `${digest}<?x?>`],
      [digest, digest.toLowerCase()],
      [digest, digest.replaceAll('+', '-').replaceAll('/', '_').replace('=', '')],
      [value, `${value}AAAA`],
      [value, `AAAA${value}`],
      [value, `${value}=`],
      [value, `${value}!`],
      [value, `${value}<!-- -->`],
    ]
    for (const [from, to] of changes) expect(isAccepted(await report(xml.replace(from, () => to))), to).toBe(false)
    // XML lets these be written so: the text is the same.
    for (const to of [
      `<![CDATA[${digest}]]>`,
      `&#x${digest.charCodeAt(0).toString(16)};${digest.slice(1)}`,
      ` ${digest}\n`,
    ]) {
      const found = await report(xml.replace(digest, () => to))
      // White space is in SignedInfo, which is signed.
      expect(isAccepted(found), to).toBe(!/\s$/.test(to))
    }
  })

  test('characters that look the same or are composed in another way', async () => {
    const xml = await signed()
    for (const [from, to] of [
      ['が', 'が'.normalize('NFD')],
      ['架空', '架\u200b空'],
      ['架空 ', '架空\u00a0'],
      ['架空 ', '架空\u3000'],
      ['花', '花\ufe00'],
      ['100', '１００'],
      ['100', '1\u202e00'],
      ['amount', 'аmount'],
    ] as const) {
      expect(xml).toContain(from)
      const changed = xml.replace(from, to).replace(from === 'amount' ? '/amount' : '\u0000', '/аmount')
      expect(isAccepted(await report(changed)), to).toBe(false)
    }
  })

  test('names in another namespace, and prefixes that are bound again', async () => {
    const xml = await signed()
    for (const [from, to] of [
      ['xmlns="urn:example:order"', 'xmlns="urn:example:other"'],
      ['<part', '<part xmlns="urn:example:other"'],
      ['<part', '<part xmlns=""'],
      ['<name>', '<name xmlns:ds="urn:x" ds:a="1">'],
      ['xmlns:ds="http://www.w3.org/2000/09/xmldsig#"', 'xmlns:ds="http://www.w3.org/2000/09/xmldsig# "'],
      ['<ds:SignedInfo>', '<ds:SignedInfo xmlns:ds="urn:x">'],
      ['<ds:KeyInfo>', '<ds:KeyInfo xmlns:ds="urn:x">'],
      ['http://uri.etsi.org/01903/v1.3.2#', 'http://uri.etsi.org/01903/v1.1.1#'],
    ] as const) {
      expect(xml).toContain(from)
      expect(isAccepted(await report(xml.replace(from, to))), to).toBe(false)
    }
  })
})

describe('signatures that are hidden', () => {
  test('as a counter-signature of nothing', async () => {
    const inner = await signed({ form: 'enveloped' }, '<b xmlns="urn:b">1</b>')
    const broken = inner.replace('>1<', '>2<').replace(/^<\?xml[^>]*>/, '')
    const text = `<order xmlns="urn:example:order"><x:CounterSignature xmlns:x="http://uri.etsi.org/01903/v1.3.2#">${signatureOf(broken)}</x:CounterSignature></order>`
    const outer = await signed({ form: 'enveloped', id: 'outer' }, text)
    const found = await report(outer)
    expect(found.signatures).toHaveLength(2)
    expect(isAccepted(found)).toBe(false)
  })

  test('in the object of another, or in KeyInfo', async () => {
    const xml = await signed()
    const second = signatureOf(await signed({ form: 'enveloped', id: 's2' }))
    for (const to of [`<ds:Object>${second}</ds:Object></ds:Signature>`]) {
      const found = await report(xml.replace('</ds:Signature>', to))
      expect(found.signatures.length).toBeGreaterThan(1)
      expect(isAccepted(found)).toBe(false)
    }
    const found = await report(xml.replace('</ds:KeyInfo>', `${second}</ds:KeyInfo>`))
    expect(isAccepted(found)).toBe(false)
  })
})
