import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type SignXmlOptions, signXml, type VerifyXmlOptions } from '../../../src/documents/xml/index.ts'
import {
  bytesOf,
  folder,
  forged,
  isAccepted,
  person,
  problemsOf,
  template,
  verified,
  xmlsec,
  xmlsecVerifies,
} from './fixture.ts'

const plain = '<order xmlns="urn:example:order"><part Id="p1"><name>架空 花子</name><amount>100</amount></part></order>'
const whole: SignXmlOptions = { form: 'enveloped' }
const signed = async (options: SignXmlOptions = whole, xml = plain): Promise<string> => {
  const { signer } = await person()
  return (await signXml(xml, signer, options)).xml
}
const report = async (xml: string | Uint8Array, options: Partial<VerifyXmlOptions> = {}) =>
  await verified(xml, (await person()).trust, options)

/** The signature element of a text. */
const signatureOf = (xml: string): string => /<ds:Signature .*<\/ds:Signature>/s.exec(xml)![0]

test('the plain template is accepted, so that each change of it is what is refused', async () => {
  expect(isAccepted(await report(await forged(template())))).toBe(true)
})

describe('signature wrapping', () => {
  test('a signed element moved away, and another in its place', async () => {
    const xml = await signed({ form: 'enveloped', target: 'p1' })
    const part = /<part .*<\/part>/s.exec(xml)![0]
    const forgedPart = '<part Id="p2"><name>架空 花子</name><amount>999</amount></part>'
    const wrapped = xml.replace(part, `${forgedPart}<wrapper>${part}</wrapper>`)
    const found = await report(wrapped)
    expect(found.signatures[0]).toMatchObject({
      indication: 'INDETERMINATE',
      subIndication: 'SIG_CONSTRAINTS_FAILURE',
      integrity: 'intact',
      element: '/order/wrapper/part/ds:Signature',
      coverage: { extent: 'part', references: [{ uri: '#p1', element: '/order/wrapper/part' }, {}] },
    })
    expect(problemsOf(found)).toEqual(['root-not-covered'])
    // xmlsec1 accepts it: it leaves to the application which element was signed.
    const { signCa } = await person()
    expect(xmlsecVerifies(folder(), wrapped, signCa.certificate)).toMatchObject({ ok: true })
  })

  test('the signed root put into an object of its signature, below another root', async () => {
    const xml = await signed({ form: 'enveloped', target: 'p1' }, '<part Id="p1"><amount>100</amount></part>')
    const signature = signatureOf(xml)
    const original = xml.replace(signature, '')
    const hidden = signature.replace('</ds:Signature>', `<ds:Object>${original}</ds:Object></ds:Signature>`)
    const found = await report(`<part Id="p2"><amount>999</amount>${hidden}</part>`)
    expect(isAccepted(found)).toBe(false)
    expect(found.signatures[0]!.problems.some(({ severity }) => severity === 'refused')).toBe(true)
  })

  test('the same id twice, in each order and by each name of the attribute', async () => {
    const xml = await signed({ form: 'enveloped', target: 'p1' })
    const part = /<part .*<\/part>/s.exec(xml)![0]
    for (const name of ['Id', 'ID', 'id', 'xml:id']) {
      const other = `<part ${name}="p1"><amount>999</amount></part>`
      for (const both of [`${other}${part}`, `${part}${other}`]) {
        const found = await report(xml.replace(part, both), { partial: 'report' })
        expect(problemsOf(found)).toContain('duplicate-id')
        expect(found.signatures[0]!.indication).not.toBe('TOTAL-PASSED')
      }
    }
  })

  test('signed properties replaced, the signed ones elsewhere', async () => {
    const xml = await signed()
    const properties = /<ds:Object><xades:Q.*<\/ds:Object>/s.exec(xml)![0]
    const later = properties.replace(/\d{4}(?=-\d\d-\d\dT)/, '2020').replace('signature-properties', 'other-properties')
    const found = await report(xml.replace(properties, `${later}${properties.replaceAll('xades:Qual', 'xades:Other')}`))
    expect(isAccepted(found)).toBe(false)
    const alone = await report(
      xml.replace('Type="http://uri.etsi.org/01903#SignedProperties"', 'Type="urn:other:type"'),
    )
    expect(alone.signatures[0]!.claimedTime).toBeUndefined()
    expect(problemsOf(alone)).toContain('signed-properties-not-covered')
  })

  test('properties that name another signature', async () => {
    const xml = await signed()
    const found = await report(
      xml.replace(
        'ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Id="signature"',
        'ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Id="other"',
      ),
    )
    expect(problemsOf(found)).toContain('signed-properties-target')
    expect(found.signatures[0]!.indication).toBe('TOTAL-FAILED')
  })

  test('an unsigned object in an enveloping signature', async () => {
    const xml = await signed({ form: 'enveloping' })
    const found = await report(xml.replace('</ds:Signature>', '<ds:Object>more</ds:Object></ds:Signature>'))
    expect(problemsOf(found)).toContain('content-not-covered')
    expect(isAccepted(found)).toBe(false)
  })
})

describe('comments', () => {
  test('inside a signed text are refused, though the signature is intact', async () => {
    const xml = (await signed()).replace('架空 花子', '架空<!-- --> 花子')
    const found = await report(xml)
    expect(found.signatures[0]).toMatchObject({ integrity: 'intact', indication: 'INDETERMINATE' })
    expect(problemsOf(found)).toEqual(['text-split-by-comment', 'comments-not-covered'])
    const { signCa, signer } = await person()
    expect(xmlsecVerifies(folder(), xml, signCa.certificate)).toMatchObject({ ok: true })
    await expect(signXml('<a>b<!-- -->c</a>', signer, whole)).rejects.toMatchObject({ reason: 'text-split-by-comment' })
  })

  test('inside the values of a signature are refused', async () => {
    const xml = await signed()
    for (const name of ['ds:DigestValue', 'ds:SignatureValue', 'ds:X509Certificate', 'xades:SigningTime']) {
      const found = await report(xml.replace(`<${name}>`, `<${name}><!--x-->`))
      expect(problemsOf(found), name).toContain('signature-structure')
      expect(isAccepted(found)).toBe(false)
    }
    for (const split of ['<ds:SignedInfo><!--x-->', '<ds:SignedInfo><?x?>', '<ds:SignedInfo>x']) {
      expect(problemsOf(await report(xml.replace('<ds:SignedInfo>', split)))).toContain('signature-structure')
    }
  })

  test('between elements are reported as not covered, and covered when they are signed', async () => {
    const xml = '<a><!-- 見本 --><b/></a>'
    expect(problemsOf(await report(await signed(whole, xml)))).toEqual(['comments-not-covered'])
    const covered = await signed({ ...whole, comments: true }, xml)
    expect(isAccepted(await report(covered))).toBe(true)
    expect(isAccepted(await report(covered.replace('見本', '本物')))).toBe(false)
  })
})

describe('algorithms and keys', () => {
  const more = 'http://www.w3.org/2001/04/xmldsig-more#'
  const old = 'http://www.w3.org/2000/09/xmldsig#'
  test.each<[string, Parameters<typeof template>[0], string]>([
    ['SHA-1 as hash', { digestMethod: `${old}sha1` }, 'weak-hash'],
    ['MD5 as hash', { digestMethod: `${more}md5` }, 'weak-hash'],
    ['RSA with SHA-1', { method: `${old}rsa-sha1` }, 'weak-hash'],
    ['RSA with MD5', { method: `${more}rsa-md5` }, 'weak-hash'],
    ['DSA', { method: `${old}dsa-sha1` }, 'weak-hash'],
    ['HMAC', { method: `${more}hmac-sha256` }, 'hmac'],
    ['HMAC with SHA-1', { method: `${old}hmac-sha1` }, 'hmac'],
    [
      'HMAC of one bit',
      { method: `${more}hmac-sha256`, parameter: '<ds:HMACOutputLength>1</ds:HMACOutputLength>' },
      'hmac',
    ],
    ['an unknown one', { method: 'urn:none' }, 'algorithm-unknown'],
    ['an empty one', { method: '' }, 'algorithm-unknown'],
    ['a name of Object.prototype', { method: 'constructor' }, 'algorithm-unknown'],
    ['a parameter of RSA', { parameter: '<ds:X/>' }, 'signature-structure'],
    [
      'XSLT',
      { transforms: '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"/>' },
      'transform-refused',
    ],
    [
      'XPath',
      {
        transforms:
          '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><ds:XPath>self::text()</ds:XPath></ds:Transform>',
      },
      'transform-refused',
    ],
    [
      'XPath Filter 2.0',
      { transforms: '<ds:Transform Algorithm="http://www.w3.org/2002/06/xmldsig-filter2"/>' },
      'transform-refused',
    ],
    ['base64', { transforms: `<ds:Transform Algorithm="${old}base64"/>` }, 'transform-refused'],
    [
      'the enveloped signature twice',
      { transforms: `<ds:Transform Algorithm="${old}enveloped-signature"/>`.repeat(2) },
      'transform-refused',
    ],
    [
      'a canonicalization before it',
      {
        transforms: `<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/><ds:Transform Algorithm="${old}enveloped-signature"/>`,
      },
      'transform-refused',
    ],
    [
      'Canonical XML 1.1',
      {
        transforms: `<ds:Transform Algorithm="${old}enveloped-signature"/><ds:Transform Algorithm="http://www.w3.org/2006/12/xml-c14n11"/>`,
      },
      'transform-refused',
    ],
    ['no URI', { uri: '' }, 'signature-structure'],
    ['an XPointer', { uri: 'URI="#xpointer(//b)"' }, 'reference-refused'],
    ['an id that is missing', { uri: 'URI="#none"' }, 'reference-missing'],
    ['a file', { uri: 'URI="file:///etc/passwd"' }, 'resource-not-given'],
    ['an address', { uri: 'URI="http://example.jp/"' }, 'resource-not-given'],
    ['a name of Object.prototype as resource', { uri: 'URI="toString"' }, 'resource-not-given'],
    ['an unknown attribute', { attributes: ' x="1"' }, 'signature-structure'],
    ['an unknown element', { inInfo: '<ds:More/>' }, 'signature-structure'],
    ['a digest of another length', { digest: 'AAAA' }, 'digest-mismatch'],
    ['base64 in another form', { digest: 'AAB=' }, 'signature-structure'],
    ['a key without certificate', { keyInfo: '<ds:KeyName>x</ds:KeyName>' }, 'signer-certificate-missing'],
    [
      'a key by address',
      { keyInfo: '<ds:RetrievalMethod URI="http://example.jp/key"/>' },
      'signer-certificate-missing',
    ],
  ])('%s is refused', async (_, parts, problem) => {
    const found = await report(await forged(template(parts)))
    expect(problemsOf(found)).toContain(problem)
    expect(found.signatures[0]!.indication).not.toBe('TOTAL-PASSED')
  })

  test('a key beside the certificate is ignored, and reported', async () => {
    const value =
      '<ds:KeyValue><ds:RSAKeyValue><ds:Modulus>AAAA</ds:Modulus><ds:Exponent>AQAB</ds:Exponent></ds:RSAKeyValue></ds:KeyValue>'
    const certificate = '<ds:X509Data><ds:X509Certificate>CERTIFICATE</ds:X509Certificate></ds:X509Data>'
    const found = await report(await forged(template({ keyInfo: `${value}${certificate}` })))
    expect(problemsOf(found)).toEqual(['key-info-ignored', 'signing-certificate-missing'])
  })

  test('HMAC with the public key of the certificate, and RSA with SHA-1, as xmlsec1 makes them', async () => {
    const { sign } = await person()
    const cwd = folder()
    writeFileSync(join(cwd, 'key.der'), sign.privateKey)
    writeFileSync(join(cwd, 'cert.der'), sign.certificate)
    for (const [method, ...key] of [
      [`${more}hmac-sha256`, '--hmackey', 'cert.der'],
      [`${old}rsa-sha1`, '--privkey-der', 'key.der,cert.der'],
    ]) {
      writeFileSync(
        join(cwd, 'in.xml'),
        template({ method: method!, digest: '' })
          .replace('VALUE', '')
          .replace(/<ds:X509C.*Certificate>/, ''),
      )
      const made = xmlsec(cwd, '--sign', ...(key as string[]), '--output', 'out.xml', 'in.xml')
      expect(made, made.output).toMatchObject({ ok: true })
      expect(isAccepted(await report(new Uint8Array(readFileSync(join(cwd, 'out.xml')))))).toBe(false)
    }
  })

  test('a certificate of another person is not taken for the one that is signed', async () => {
    const { sign, signCa } = await person()
    const xml = await signed()
    const own = Buffer.from(sign.certificate).toString('base64')
    const other = Buffer.from(signCa.certificate).toString('base64')
    expect(problemsOf(await report(xml.replace(own, other)))).toContain('signing-certificate-mismatch')
    expect(isAccepted(await report(xml.replace(own, 'AAAA')))).toBe(false)
    // One more, before or after, changes nothing.
    const both = (a: string, b: string): string => `${a}</ds:X509Certificate><ds:X509Certificate>${b}`
    for (const more of [both(own, other), both(other, own)])
      expect(isAccepted(await report(xml.replace(own, more)))).toBe(true)
  })
})

describe('documents', () => {
  test.each<[string, (xml: string) => string | Uint8Array, string]>([
    ['a document type', (xml) => `<!DOCTYPE order>${xml}`, 'doctype'],
    ['an entity', (xml) => `<!DOCTYPE o [<!ENTITY e "100">]>${xml.replace('100', '&e;')}`, 'doctype'],
    ['an external entity', (xml) => `<!DOCTYPE o [<!ENTITY e SYSTEM "file:///etc/passwd">]>${xml}`, 'doctype'],
    ['an attribute by default', (xml) => `<!DOCTYPE o [<!ATTLIST part Id ID "p9">]>${xml}`, 'doctype'],
    ['entities of entities', (xml) => `<!DOCTYPE o [<!ENTITY a "x"><!ENTITY b "&a;&a;">]>${xml}`, 'doctype'],
    ['a document type after a comment', (xml) => `<!-- --><?p?>\n<!DOCTYPE o>${xml}`, 'doctype'],
    ['a document type that does not end', () => '<!DOCTYPE o [', 'doctype'],
    ['an entity that is not declared', (xml) => xml.replace('100', '&e;'), 'xml-malformed'],
    ['Shift_JIS', (xml) => `<?xml version="1.0" encoding="Shift_JIS"?>${xml}`, 'xml-encoding'],
    ['UTF-7', (xml) => `<?xml version="1.0" encoding="UTF-7"?>${xml}`, 'xml-encoding'],
    ['UTF-16 that is UTF-8', (xml) => `<?xml version="1.0" encoding="UTF-16"?>${xml}`, 'xml-encoding'],
    ['UTF-8 that is UTF-16', (xml) => utf16(`<?xml version="1.0" encoding="UTF-8"?>${xml}`), 'xml-encoding'],
    ['UTF-16 without a byte order mark', (xml) => utf16(xml).subarray(2), 'xml-encoding'],
    ['UTF-32', (xml) => Uint8Array.from([0, 0, 0xfe, 0xff, ...bytesOf(xml)]), 'xml-encoding'],
    ['bytes that are not UTF-8', (xml) => Buffer.from(xml, 'latin1'), 'xml-encoding'],
    ['XML 1.1', (xml) => `<?xml version="1.1"?>${xml}`, 'xml-malformed'],
    ['a null byte', (xml) => xml.replace('100', '1\u000000'), 'xml-malformed'],
    ['a relative namespace', (xml) => xml.replace('urn:example:order', 'order'), 'namespace'],
    ['nothing', () => '', 'xml-malformed'],
  ])('%s is refused before anything is verified', async (_, change, reason) => {
    const found = await report(change(await signed()))
    expect(found.signatures).toEqual([])
    expect(found.problems).toMatchObject([{ id: reason, severity: 'refused' }])
  })

  test('without a signature have an empty list', async () => {
    const found = await report('<a/>')
    expect(found).toMatchObject({ signatures: [], problems: [] })
    expect(isAccepted(found)).toBe(false)
  })

  test('in UTF-16 of both orders verify, and so does UTF-8 with a byte order mark', async () => {
    const xml = await signed()
    const little = utf16(xml)
    const big = Uint8Array.from(little, (_, i) => little[i ^ 1]!)
    for (const bytes of [little, big, bytesOf(`\uFEFF${xml}`)]) expect(isAccepted(await report(bytes))).toBe(true)
    const { signer } = await person()
    await expect(signXml(utf16(plain), signer, whole)).rejects.toMatchObject({ reason: 'xml-encoding' })
  })

  test('with other line ends, quotes or CDATA verify, because they are the same XML', async () => {
    const source = '<a>\n<b c="1 2">x &amp; y</b>\n</a>'
    const xml = await signed(whole, source)
    const same = [
      xml.replaceAll('\n', '\r\n'),
      xml.replaceAll('\n', '\r'),
      xml.replace('c="1 2"', "c='1\n2'"),
      xml.replace('x &amp; y', '<![CDATA[x & y]]>'),
      xml.replace('x &amp; y', '&#120; <![CDATA[&]]>&#x20;y'),
    ]
    for (const one of same) expect(isAccepted(await report(one)), one.slice(0, 60)).toBe(true)
    const other = [xml.replace('\n<b', '<b'), xml.replace('c="1 2"', 'c="1&#10;2"'), xml.replace('&amp;', '&amp;amp;')]
    for (const one of other) expect(isAccepted(await report(one))).toBe(false)
  })

  test('with a prefix bound to another namespace are not fully covered', async () => {
    const source = '<a xmlns:q="urn:q" xmlns:x="urn:x"><b x:type="q:good"/></a>'
    const own = await signed(whole, source)
    expect(isAccepted(await report(own))).toBe(true)
    expect(isAccepted(await report(own.replace('urn:q', 'urn:r')))).toBe(false)
    // Others leave the prefix out: exclusive canonicalization has no list then.
    const digest = createHash('sha256').update('<a></a>').digest('base64')
    const transforms =
      '<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/><ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>'
    const theirs = (await forged(template({ digest, transforms }))).replace('<a>', '<a xmlns:q="urn:q">')
    const found = await report(theirs)
    expect(problemsOf(found)).toContain('namespaces-not-covered')
    expect(found.signatures[0]!.coverage.extent).toBe('part')
  })

  test('that are too large, too deep or too many are refused', async () => {
    const xml = await signed()
    const limits = async (limit: VerifyXmlOptions['limits'], text = xml) =>
      problemsOf(await report(text, { limits: limit! }))
    expect(await limits({ maxBytes: 1000 })).toEqual(['limit'])
    expect(await limits({ maxDepth: 3 })).toEqual(['limit'])
    expect(await limits({ maxNodes: 20 })).toEqual(['limit'])
    expect(await limits({ maxSignatures: 0 })).toEqual(['limit'])
    expect(await limits({ maxCanonicalBytes: 100 })).toContain('limit')
    expect(await limits({ maxBytes: undefined } as never)).toEqual([])
    await expect(limits({ maxDepth: Number.NaN })).rejects.toThrow(/^limits.maxDepth/)
    expect(await limits({}, '<a>'.repeat(100_000))).toEqual(['limit'])
    expect(await limits({}, `<a${' b="1"'.repeat(10)}>`)).toEqual(['xml-malformed'])
    const many = template({
      inInfo: template()
        .match(/<ds:Reference.*<\/ds:Reference>/s)![0]
        .repeat(64),
    })
    expect(problemsOf(await report(await forged(many)))).toContain('limit')
    // A namespace that is written again and again: 100 000 times 10 000 bytes.
    const uri = `urn:${'x'.repeat(10_000)}`
    const blown = template({
      keyInfo: '<ds:KeyName>x</ds:KeyName>',
      transforms: '<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>',
    })
      .replace('VALUE', 'AAAA')
      .replace('<a>', `<a xmlns:n="${uri}">${'<n:b/>'.repeat(100_000)}`)
    // Prefixes that a copy for each element would multiply, and lists of prefixes at the end of a deep document.
    const own = Array.from({ length: 10_000 }, (_, n) => ` xmlns:p${n}="urn:p"`).join('')
    const inner = Array.from({ length: 10_000 }, (_, n) => `<b xmlns:q${n}="urn:q"/>`).join('')
    const names = Array.from({ length: 250 }, (_, n) => `p${n}`).join(' ')
    const list = `<e:InclusiveNamespaces xmlns:e="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList="${names}"/>`
    const key = '<ds:KeyName>x</ds:KeyName>'
    const wide = template({ keyInfo: key }).replace('VALUE', 'AAAA').replace('<a>', `<a${own}>${inner}`)
    const deep = template({
      keyInfo: key,
      transforms: `<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#">${list}</ds:Transform>`,
    })
      .replace('VALUE', 'AAAA')
      .replace('<a>', `<a>${'<a>'.repeat(240)}${'<b/>'.repeat(50_000)}${'</a>'.repeat(240)}`)
    const started = performance.now()
    expect(problemsOf(await report(blown, { limits: { maxCanonicalBytes: 10_000_000 } }))).toContain('limit')
    expect(problemsOf(await report(wide))).toContain('digest-mismatch')
    expect(problemsOf(await report(deep, { limits: { maxCanonicalBytes: 10_000_000 } }))).toContain('limit')
    expect(performance.now() - started).toBeLessThan(20_000)
  }, 30_000)
})

describe('several signatures', () => {
  test('of two parts are both reported', async () => {
    const { signer, trust } = await person()
    const source = '<a><b Id="b">1</b><c Id="c">2</c></a>'
    const first = await signXml(source, signer, { form: 'detached', target: 'b', id: 's1' })
    const second = await signXml(first.xml, signer, { form: 'detached', target: 'c', id: 's2' })
    const found = await verified(second.xml, trust, { partial: 'report' })
    expect(found.signatures.map((one) => [one.indication, one.coverage.references![0]!.element])).toEqual([
      ['TOTAL-PASSED', '/a/b'],
      ['TOTAL-PASSED', '/a/c'],
    ])
    expect(isAccepted(await verified(second.xml, trust))).toBe(false)
    await expect(signXml(first.xml, signer, { form: 'detached', target: 'c', id: 's1' })).rejects.toMatchObject({
      reason: 'duplicate-id',
    })
  })

  test('the second of the whole document covers the first, which is broken by it', async () => {
    const { signer, trust } = await person()
    const first = await signXml('<a/>', signer, { ...whole, id: 's1' })
    const second = await signXml(first.xml, signer, { ...whole, id: 's2' })
    const found = await verified(second.xml, trust)
    expect(found.signatures.map(({ integrity }) => integrity)).toEqual(['broken', 'intact'])
  })

  test('a counter-signature is reported with what it is about', async () => {
    const { signer, trust } = await person()
    const signed = (await signXml('<a/>', signer, { ...whole, id: 's1' })).xml
    const xml = signed.replace('<ds:SignatureValue>', '<ds:SignatureValue Id="v1">')
    const value = /<ds:SignatureValue.*<\/ds:SignatureValue>/.exec(xml)![0]
    const canonical = value.replace(' Id=', ' xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Id=')
    const digest = createHash('sha256').update(canonical).digest('base64')
    const transforms = '<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>'
    const counter = async (type: string) => {
      const text = signatureOf(template({ uri: `Type="${type}" URI="#v1"`, digest, transforms }))
      const unsigned = ['UnsignedProperties', 'UnsignedSignatureProperties', 'CounterSignature']
      const around = unsigned.reduceRight((inner, name) => `<xades:${name}>${inner}</xades:${name}>`, text)
      const end = '</xades:QualifyingProperties>'
      return await verified(await forged(xml.replace(end, `${around}${end}`)), trust)
    }
    const found = await counter('http://uri.etsi.org/01903#CountersignedSignature')
    expect(found.signatures).toHaveLength(1)
    expect(found.signatures[0]).toMatchObject({
      indication: 'TOTAL-PASSED',
      notChecked: expect.arrayContaining(['unsigned-properties']),
      counterSignatures: [{ integrity: 'intact', indication: 'TOTAL-PASSED', coverage: { extent: 'part' } }],
    })
    const other = await counter('urn:other:type')
    expect(other.signatures[0]!.counterSignatures).toMatchObject([{ integrity: 'intact', indication: 'INDETERMINATE' }])
  })
})

const utf16 = (text: string): Uint8Array => new Uint8Array(Buffer.from(`\uFEFF${text}`, 'utf16le'))
