import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  createCms,
  type DocumentReport,
  documentReportHtml,
  documentReportJson,
  documentVerdict,
  presentReport,
} from '../../src/documents/index.ts'
import { problemTexts } from '../../src/documents/report-texts.ts'
import { type Bench, cmsBench, content } from './cms/fixture.ts'

let bench: Bench
let report: DocumentReport
let broken: DocumentReport
beforeAll(async () => {
  bench = await cmsBench()
  const { der } = await createCms({ signer: bench.signer, content: { bytes: content } })
  report = await bench.verify(der, {}, content)
  broken = await bench.verify(der, {}, new Uint8Array(3))
})

describe('a report', () => {
  test('is passed only when everything was checked', async () => {
    expect(documentVerdict(report)).toBe('passed')
    expect(documentVerdict(broken)).toBe('refused')
    expect(documentVerdict({ ...report, signatures: [] })).toBe('refused')
    const { der } = await createCms({ signer: bench.signer, content: { bytes: content } })
    expect(documentVerdict(await bench.verify(der, { revocation: { mode: 'none' } }, content))).toBe('gaps')
    expect(documentVerdict({ ...report, problems: [{ id: 'version', severity: 'warning' }] })).toBe('gaps')
    expect(documentVerdict({ ...report, problems: [{ id: 'format', severity: 'refused' }] })).toBe('refused')
    const change = { revision: 2, kind: 'content-changed', objects: ['1 0 R'] }
    expect(documentVerdict({ ...report, changes: [{ ...change, allowed: false }] })).toBe('refused')
    const [signature] = report.signatures
    const countered = { ...signature!, counterSignatures: [{ ...signature!, indication: 'INDETERMINATE' as const }] }
    expect(documentVerdict({ ...report, signatures: [countered] })).toBe('refused')
  })

  test('as JSON has personal data in one place', () => {
    const json = JSON.parse(JSON.stringify(documentReportJson(report)))
    const { personal } = json.signatures[0].signer
    expect(personal.holder).toMatchObject({ name: bench.person.holder.name, address: bench.person.holder.address })
    delete json.signatures[0].signer.personal
    const rest = JSON.stringify(json)
    for (const value of [bench.person.holder.name, bench.person.holder.address, bench.certificate.subject])
      expect(rest).not.toContain(value)
    expect(json).toMatchObject({
      verdict: 'passed',
      notChecked: ['content-meaning'],
      signatures: [{ indication: 'TOTAL-PASSED' }],
    })
  })

  test.each(['ja', 'en'] as const)('in words: %s', (language) => {
    const { headline, sections } = presentReport(report, language, 'doc.txt')
    const text = JSON.stringify(sections)
    expect(headline).toBe(language === 'ja' ? 'すべての署名が有効です' : 'All signatures are valid')
    expect(text).toContain(bench.person.holder.name)
    expect(text).toContain('TOTAL-PASSED')
    expect(JSON.stringify(presentReport(broken, language))).toContain('digest-mismatch')
    expect(presentReport({ ...report, signatures: [] }, language).headline).toBe(
      language === 'ja' ? '署名がありません' : 'no signature',
    )
  })

  test('as page escapes what is in the document, and loads nothing', () => {
    const html = documentReportHtml(broken, 'ja', '<script>alert(1)</script>.txt')
    expect(html).toContain('&lt;script&gt;')
    expect(html).not.toMatch(/<script|src=|href=|javascript:/i)
    expect(html).toContain('受け付けられない署名があります')
    expect(html).toContain("default-src 'none'")
  })
})

test('every problem of the CMS part has a text in both languages', () => {
  const folder = fileURLToPath(new URL('../../src/documents/cms/', import.meta.url))
  const sources = [...readdirSync(folder).map((name) => join(folder, name)), join(folder, '../trust.ts')]
  const text = sources.map((file) => readFileSync(file, 'utf8')).join('\n')
  const ids = [
    ...text.matchAll(/(?:\.(?:fail|refuse|warn)|#(?:refuse|warn)|\bwarn)\(\s*'([a-z0-9-]+)'|\bid: '([a-z0-9-]+)'/g),
  ].map((match) => match[1] ?? match[2]!)
  expect(ids.length).toBeGreaterThan(30)
  expect(ids.filter((id) => problemTexts[id] === undefined)).toEqual([])
})
