import { describe, expect, test } from 'vitest'
import { derBlocks, type PemLabel } from '../../../src/pki/x509/pem.ts'

const der = Uint8Array.of(0x30, 0x03, 0x02, 0x01, 0x00)
const base64 = Buffer.from(der).toString('base64')
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
const armoured = (label: string, body = base64): string => `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`
const utf16 = (text: string, order: 'le' | 'be', mark: boolean): Uint8Array => {
  const bytes = Buffer.from(`${mark ? '\ufeff' : ''}${text}`, 'utf16le')
  return new Uint8Array(order === 'le' ? bytes : bytes.swap16())
}
const blocksOf = (bytes: Uint8Array, label: PemLabel = 'CERTIFICATE') => derBlocks(bytes, label).blocks

describe('blocks of a file', () => {
  test.each([
    ['DER', der],
    ['PEM', utf8(armoured('CERTIFICATE'))],
    [
      'PEM with a byte order mark and line ends of Windows',
      utf8(`\ufeff${armoured('CERTIFICATE').replaceAll('\n', '\r\n')}`),
    ],
    [
      'PEM with text around it, also not UTF-8',
      Buffer.concat([Buffer.from([0x83, 0x65, 0x0a]), utf8(armoured('CERTIFICATE'))]),
    ],
    ['PEM beside a key', utf8(armoured('PRIVATE KEY') + armoured('CERTIFICATE'))],
  ])('of %s are the one DER block', (_name, bytes) => {
    expect(blocksOf(new Uint8Array(bytes))).toEqual([der])
  })

  test('of PEM of another label are none, and the label is returned', () => {
    expect(derBlocks(utf8(armoured('X509 CRL')), 'CERTIFICATE')).toEqual({ blocks: [], labels: ['X509 CRL'] })
  })
})

const pkcs7 = Uint8Array.of(0x30, 0x80, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02)

describe('what a file is, when it holds no certificate', () => {
  test.each([
    ['nothing', new Uint8Array(), 'an empty file'],
    ['blanks', utf8(' \r\n\t'), 'a file of blanks'],
    ['UTF-16, little endian, marked', utf16(armoured('CERTIFICATE'), 'le', true), 'UTF-16'],
    ['UTF-16, big endian, marked', utf16(armoured('CERTIFICATE'), 'be', true), 'UTF-16'],
    ['UTF-16, little endian, unmarked', utf16(armoured('CERTIFICATE'), 'le', false), 'UTF-16'],
    ['UTF-16, big endian, unmarked', utf16(armoured('CERTIFICATE'), 'be', false), 'UTF-16'],
    ['UTF-32', new Uint8Array(Buffer.from('fffe00002d000000', 'hex')), 'UTF-32'],
    ['X509 CERTIFICATE', utf8(armoured('X509 CERTIFICATE')), 'labelled X509 CERTIFICATE'],
    ['X.509 CERTIFICATE', utf8(armoured('X.509 CERTIFICATE')), 'labelled X.509 CERTIFICATE'],
    ['TRUSTED CERTIFICATE', utf8(armoured('TRUSTED CERTIFICATE')), 'labelled TRUSTED CERTIFICATE'],
    [
      'X509 CERTIFICATE after CERTIFICATE',
      utf8(armoured('CERTIFICATE') + armoured('X509 CERTIFICATE')),
      'X509 CERTIFICATE',
    ],
    ['PKCS7', utf8(armoured('PKCS7')), 'labelled PKCS7'],
    ['a request', utf8(armoured('CERTIFICATE REQUEST')), 'a request for a certificate'],
    ['PKCS #7 in DER', pkcs7, 'PKCS #7'],
    ['PKCS #12', Uint8Array.of(0x30, 0x82, 0x01, 0x00, 0x02, 0x01, 0x03), 'PKCS #12'],
    ['bare base64', utf8(`${Buffer.alloc(600, der).toString('base64')}\n`), 'base64 without the lines BEGIN and END'],
    ['PEM in base64', utf8(Buffer.from(armoured('CERTIFICATE')).toString('base64')), 'PEM in base64 once more'],
    ['en dashes', utf8(armoured('CERTIFICATE').replaceAll('-----', '–––––')), 'line BEGIN was changed'],
    ['a cut PEM block', utf8(armoured('CERTIFICATE').slice(0, -5)), 'cut off'],
    ['an HTML page', utf8('\ufeff\r\n<!DOCTYPE HTML><html><body>404</body></html>'), 'an HTML page'],
    ['an HTML page without a document type', utf8('<html lang="ja">'), 'an HTML page'],
    ['an HTML page in Shift_JIS', Uint8Array.of(...utf8('<html><title>'), 0x83, 0x65, 0x83, 0x58), 'an HTML page'],
    ['XML', utf8('<?xml version="1.0"?>'), 'an XML document'],
    ['PDF', utf8('%PDF-1.7'), 'a PDF document'],
    ['ZIP', utf8('PK\u0003\u0004'), 'a ZIP archive'],
    ['AppleDouble', Uint8Array.of(0, 5, 0x16, 7, 0, 2, 0, 0), 'a file of macOS'],
    ['Thumbs.db', Uint8Array.of(0xd0, 0xcf, 0x11, 0xe0), 'Thumbs.db'],
  ])('%s: ERR_CERTIFICATE says so', (_name, bytes, what) => {
    expect(() => blocksOf(bytes)).toThrow(
      expect.objectContaining({ code: 'ERR_CERTIFICATE', message: expect.stringContaining(what) }),
    )
  })

  test.each(['CRL', 'X.509 CRL', 'PKCS7'])('a list labelled %s: ERR_CERTIFICATE says so', (label) => {
    expect(() => blocksOf(utf8(armoured(label)), 'X509 CRL')).toThrow(`labelled ${label}, not X509 CRL`)
  })
})
