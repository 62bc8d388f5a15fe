import { describe, expect, test } from 'vitest'
import { pdfFile, subjectKeyword, subjectOfPage } from '../../examples/pdf-pages.mjs'
import {
  CompositionError,
  composeResidenceRecord,
  type RecordOrder,
  type Resident,
  sampleResidents,
} from '../../examples/residence-record.mjs'
import { largestTextOf, textOfPages, withKeywords } from './page-text.mjs'

const [couple, family, unusual] = sampleResidents as [Resident, Resident, Resident]
const order = (given: Partial<RecordOrder> = {}): RecordOrder => ({
  subject: 'holder-A',
  caseId: 'case_A-1',
  issuedOn: '2026-11-30',
  ...given,
})
const compose = async (resident: Resident, given: Partial<RecordOrder> = {}) =>
  (await composeResidenceRecord(resident, order(given))).pages
const textsOf = async (pages: readonly { readonly content: Uint8Array }[]) =>
  (await Promise.all(pages.map(({ content }) => textOfPages(content)))).flat()
const problem = (work: Promise<unknown>) =>
  work.then(
    () => 'none',
    (error: unknown) => error,
  )
/** The resident, who is the head, with other values in both places. */
const changed = (values: Partial<Resident>): Resident => ({
  ...couple,
  ...values,
  household: couple.household.map((member, i) => (i === 0 ? { ...member, ...values } : member)),
})

describe('the sample of a 住民票の写し', () => {
  test('has what a household has, the date in eras, and the certification', async () => {
    const pages = await compose(couple)
    expect(pages.map(({ mediaType, subject }) => ({ mediaType, subject }))).toEqual([
      { mediaType: 'application/pdf', subject: 'holder-A' },
    ])
    const [text] = await textsOf(pages)
    for (const wanted of [
      '住民票の写し',
      '1／1ページ',
      '世帯主見本　太郎',
      '架空県架空市例町三丁目４番５－６７８号',
      'ミホン　ハナコ',
      '昭和60年4月1日',
      '性別女続柄妻住民となった年月日平成27年10月5日',
      'この写しは、世帯全員の住民票の原本と相違ないことを証明する。',
      '令和8年11月30日',
      '架空市長　仮名　守',
      '職印',
      '発行番号　case_A-1',
      '対象者　holder-A',
    ]) {
      expect(text).toContain(wanted)
    }
  })

  test('counts the first year of an era as 元年, from its first day', async () => {
    const text = (await textsOf(await compose(family))).join('\n')
    expect(text).toContain('平成元年1月8日')
    expect(text).toContain('令和元年5月1日')
    expect((await textsOf(await compose(changed({ birthDate: '1989-01-07' })))).join()).toContain('昭和64年1月7日')
  })

  test('is marked 見本 across every page, with a note that it is not valid', async () => {
    const pages = await compose(family, { copies: 2 })
    for (const { content } of pages) {
      expect(await largestTextOf(content)).toEqual({ size: expect.closeTo(210, 1), characters: '本見' })
    }
    for (const text of await textsOf(pages)) {
      expect(text).toContain('この書面は架空の人物による見本です。証明書としての効力はありません。')
    }
  })

  test('prints a household of seven on two pages, each copy whole before the next', async () => {
    const pages = await compose(family, { copies: 2 })
    const texts = await textsOf(pages)
    const place = [1, 2].flatMap((copy) => [1, 2].map((page) => `2部のうち${copy}部目　${page}／2ページ`))
    expect(texts.map((text) => /\d部のうち.*ページ/.exec(text)?.[0])).toEqual(place)
    const [first, second] = texts as [string, string]
    for (const [i, { name }] of family.household.entries()) {
      expect([first, second].map((text) => text.includes(name))).toEqual(i === 0 ? [true, true] : [i < 5, i >= 5])
    }
    expect(first).toContain('（次のページへ続く）')
    expect(first).not.toContain('相違ない')
    expect(second).toContain('相違ない')
  })

  test('embeds the fonts it uses, in subsets', async () => {
    const [page] = await compose(couple)
    const names = Buffer.from(page!.content)
      .toString('latin1')
      .match(/\/FontName \/[A-Z]{6}\+\w+-\w+/g)
    expect(names?.map((name) => name.replace(/.*\+/, '')).sort()).toEqual([
      'NotoSerifJP-Regular',
      'NotoSerifJP-SemiBold',
    ])
    expect(page!.content.length).toBeLessThan(100_000)
  })

  test('prints kanji of JIS X 0213, also outside the basic plane, unchanged', async () => {
    expect((await textsOf(await compose(unusual))).join()).toContain('髙﨑　𠮷継')
    // U+FA19 and U+795E are two characters, which Unicode normalization would make one.
    const text = (await textsOf(await compose(changed({ name: '\u{fa19}𡈽　𣘺人' })))).join()
    expect(text).toContain('\u{fa19}𡈽　𣘺人')
  })

  test.each([
    ['a kanji outside the font', '龘田　太郎', 'U+9F98'],
    ['a variant asked for by a variation selector', '渡邉\u{e0101}　太郎', 'U+E0101'],
    ['a combining mark', 'か\u3099太郎', 'U+3099'],
    ['a line break', '見本\n太郎', 'U+000A'],
    ['a change of direction', '見本\u202e太郎', 'U+202E'],
    ['half a surrogate pair', '見本\ud842', 'U+D842'],
    ['a private character (外字)', '見本\ue000', 'U+E000'],
  ])('refuses %s', async (_, name, codePoint) => {
    const error = await problem(compose(changed({ name })))
    expect(error).toBeInstanceOf(CompositionError)
    expect(error).toMatchObject({ code: 'ERR_CHARACTER_NOT_PRINTABLE', field: 'household[0].name', codePoint })
    expect((error as Error).message).not.toContain(name)
  })

  test('refuses what is printable in no place: any field, also of a later page', async () => {
    const household = family.household.map((member, i) => (i === 6 ? { ...member, relation: '龘の母' } : member))
    const wanted = { code: 'ERR_CHARACTER_NOT_PRINTABLE', field: 'household[6].relation', codePoint: 'U+9F98' }
    expect(await problem(compose({ ...family, household }))).toMatchObject(wanted)
    expect(await problem(compose({ ...couple, address: '龘町' }))).toMatchObject({ ...wanted, field: 'address' })
  })

  test('prints a long name smaller, and refuses one that is too long, rather than cut it off', async () => {
    const name = `見本　${'寿'.repeat(22)}無`
    expect((await textsOf(await compose(changed({ name })))).join()).toContain(name)
    expect(await problem(compose(changed({ name: '寿'.repeat(100) })))).toMatchObject({
      code: 'ERR_TEXT_TOO_LONG',
      field: 'household[0].name',
    })
  })

  test('prints 【省略】 for what is absent, and refuses an empty name', async () => {
    const [, { kana, sex, residentSince, ...member }] = couple.household as never as [never, Resident['household'][0]]
    expect([kana, sex, residentSince]).not.toContain(undefined)
    const [text] = await textsOf(await compose({ ...couple, household: [couple.household[0]!, member] }))
    expect(text).toContain('性別【省略】続柄妻住民となった年月日【省略】')
    expect(await problem(compose(changed({ name: '' })))).toBeInstanceOf(RangeError)
  })

  test.each<[string, Partial<RecordOrder>, Partial<Resident>]>([
    ['no copy', { copies: 0 }, {}],
    ['eleven copies', { copies: 11 }, {}],
    ['a date that does not exist', { issuedOn: '2026-02-29' }, {}],
    ['a date in another form', { issuedOn: '2026/11/30' }, {}],
    ['a subject with a space', { subject: 'holder A' }, {}],
    ['an empty subject', { subject: '' }, {}],
    ['a household without the resident', {}, { household: [family.household[0]!] }],
    ['a household with two heads', {}, { household: [couple.household[0]!, family.household[0]!] }],
    ['a household without a head', {}, { household: [{ ...couple.household[0]!, relation: '妻' }] }],
  ])('refuses %s', async (_, given, resident) => {
    expect(await problem(compose({ ...couple, ...resident }, given))).toBeInstanceOf(RangeError)
  })

  test('ends between pages when it is aborted', async () => {
    const abort = new AbortController()
    const work = compose(family, { copies: 10, signal: abort.signal })
    abort.abort(new Error('the case expired'))
    expect(await problem(work)).toBe(abort.signal.reason)
  })

  test('does not mix residents composed at once', async () => {
    const all = await Promise.all(
      Array.from({ length: 12 }, async (_, i) => {
        const resident = sampleResidents[i % 3]!
        const pages = await compose(resident, { subject: `holder-${i}`, caseId: `case-${i}` })
        return { resident, pages, i }
      }),
    )
    for (const { resident, pages, i } of all) {
      const texts = await textsOf(pages)
      const others = sampleResidents.filter((other) => other !== resident)
      for (const text of texts) {
        expect(text).toContain(resident.name)
        expect(text).toMatch(new RegExp(`発行番号　case-${i}\\n対象者　holder-${i}$`))
        for (const { name } of others) expect(text).not.toContain(name)
      }
      for (const { content } of pages) expect(await subjectOfPage(content)).toBe(`holder-${i}`)
    }
  }, 60_000)
})

describe('the subject a page names', () => {
  test('is in its metadata once, and is read from the bytes alone', async () => {
    const [page] = await compose(couple, { subject: 'Zk3_(m)\\0h<8>/S%1' })
    expect(await subjectOfPage(page!.content)).toBe('Zk3_(m)\\0h<8>/S%1')
    expect(await subjectOfPage(Buffer.concat([Buffer.from('x'), page!.content]).subarray(1))).toBe('Zk3_(m)\\0h<8>/S%1')
    const [plain] = await compose(couple)
    // Without this library: the file has the entry in plain text.
    const raw = Buffer.from(plain!.content).toString('latin1')
    expect(raw.match(/\/Keywords .*/g)).toEqual(['/Keywords (jpki-card-subject=holder-A)'])
  })

  test('is not what the text of the page says', async () => {
    const name = ') /Keywords (jpki-card-subject=b)'
    const [page] = await compose(changed({ name }))
    expect((await textOfPages(page!.content)).join()).toContain(name)
    expect(await subjectOfPage(page!.content)).toBe('holder-A')
  })

  test.each<[string, (page: Uint8Array) => Promise<Uint8Array> | Uint8Array]>([
    ['without a marker', (page) => withKeywords(page, ['住民票'])],
    ['with two', (page) => withKeywords(page, [subjectKeyword('a'), subjectKeyword('b')])],
    ['with an empty one', (page) => withKeywords(page, ['jpki-card-subject='])],
    ['with other keywords', (page) => withKeywords(page, [subjectKeyword('a'), 'x'])],
    ['that is truncated', (page) => page.subarray(0, -40)],
    ['whose table of objects is damaged', (page) => changedBytes(page, 'startxref\n', 'startxref\n9')],
    ['that is empty', () => new Uint8Array()],
    ['that is no PDF', () => new TextEncoder().encode('jpki-card-subject=a')],
    ['of two pages', async (page) => pdfFile([page, page].map(asPdf))],
  ])('is refused on a page %s', async (_, change) => {
    const [page] = await compose(couple)
    const content = await change(page!.content)
    expect(await problem(subjectOfPage(content))).toMatchObject({ code: 'ERR_PAGE_UNREADABLE' })
  })
})

describe('one file of all pages', () => {
  test('has them in the order given, also of different documents', async () => {
    const [a, b] = [await compose(family), await compose(unusual)]
    const pages = [a[1]!, b[0]!, a[0]!]
    expect(await textOfPages(await pdfFile(pages))).toEqual(await textsOf(pages))
  })

  test('is not made of no page, of another type, or of a damaged page', async () => {
    const [page] = await compose(couple)
    for (const pages of [[], [{ ...page!, mediaType: 'image/png' }], [page!, asPdf(page!.content.subarray(0, 900))]]) {
      expect(await problem(pdfFile(pages))).toMatchObject({ code: 'ERR_PAGE_UNREADABLE' })
    }
  })
})

function asPdf(content: Uint8Array) {
  return { content, mediaType: 'application/pdf' }
}

function changedBytes(page: Uint8Array, from: string, to: string): Uint8Array {
  return Buffer.from(Buffer.from(page).toString('latin1').replace(from, to), 'latin1')
}
