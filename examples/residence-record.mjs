// 住民票の写し as PDF pages: a sample (見本) of an invented person, for trials of an issuance from the card to the tray.
// Needs: npm install @libpdf/core @expo-google-fonts/noto-serif-jp
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { PDF, rgb } from '@libpdf/core'
import { subjectKeyword } from './pdf-pages.mjs'

const membersPerPage = 5

/** Households of an invented municipality. The second takes two pages, the third has characters outside JIS X 0208. */
export const sampleResidents = [
  resident('例町三丁目４番５－６７８号', [
    member('見本　太郎', 'ミホン　タロウ', '世帯主', '1985-04-01', '男', '2015-10-05'),
    member('見本　花子', 'ミホン　ハナコ', '妻', '1987-11-23', '女', '2015-10-05'),
  ]),
  resident('想定台一丁目２３番４号', [
    member('架空　一郎', 'カクウ　イチロウ', '世帯主', '1958-06-30', '男', '1990-03-12'),
    member('架空　良子', 'カクウ　ヨシコ', '妻', '1960-01-15', '女', '1990-03-12'),
    member('架空　健二', 'カクウ　ケンジ', '子', '1989-01-08', '男', '1990-03-12'),
    member('架空　さくら', 'カクウ　サクラ', '子の妻', '1991-05-05', '女', '2018-04-02'),
    member('架空　蓮', 'カクウ　レン', '子の子', '2019-05-01', '男', '2019-05-01'),
    member('架空　陽葵', 'カクウ　ヒマリ', '子の子', '2021-12-31', '女', '2021-12-31'),
    member('想定　ハル', 'ソウテイ　ハル', '妻の母', '1931-02-28', '女', '2012-08-20'),
  ]),
  resident('模擬が丘二丁目１番１号', [
    member('髙﨑　𠮷継', 'タカサキ　ヨシツグ', '世帯主', '1949-10-10', '男', '1978-07-07'),
  ]),
]

function member(name, kana, relation, birthDate, sex, residentSince) {
  return { name, kana, relation, birthDate, sex, residentSince }
}

function resident(address, household) {
  const [{ name, kana, birthDate, sex }] = household
  const town = { municipality: '架空市', mayor: '仮名　守' }
  return { name, kana, birthDate, sex, address: `架空県架空市${address}`, household, ...town }
}

/**
 * A field that cannot be printed as the register has it. Characters are never dropped, replaced by another form, or cut
 * off: a document with a wrong name is worse than none.
 *
 * - `ERR_CHARACTER_NOT_PRINTABLE`: no glyph for a character, or for a variant asked for by a variation selector
 * - `ERR_TEXT_TOO_LONG`: more characters than the field can hold in the smallest size
 */
export class CompositionError extends Error {
  name = 'CompositionError'

  /**
   * @param code one of the above
   * @param field path of the field, such as `household[0].name`; its value is in no message
   * @param codePoint such as `U+9F98`, only with the first code
   */
  constructor(code, field, codePoint) {
    super(
      codePoint ? `${field} has ${codePoint}, for which the font has no glyph` : `${field} is too long to be printed`,
    )
    Object.assign(this, { code, field, codePoint })
  }
}

/**
 * Composes the household of a resident: all pages of the first copy, then those of the next. Every page is a PDF
 * file of its own with the subject in its metadata (`subjectOfPage`) and in small print, and is marked 見本.
 *
 * @param resident `{ name, kana?, birthDate, sex?, address, household, municipality, mayor }`: texts, dates as
 *   `YYYY-MM-DD`. `household`: everyone, the resident included, as `{ name, kana?, relation, birthDate, sex?,
 *   residentSince? }`, exactly one with the relation 世帯主, its head. What is absent is printed as 【省略】
 * @param order `subject`: 1 to 200 visible ASCII characters. `caseId`: printed as the number of issue. `issuedOn`:
 *   `YYYY-MM-DD`. `copies`: 1 to 10, default 1. `isWhole`: the whole household, the default, or the resident alone. `signal`:
 *   aborts between pages
 * @returns `{ pages }`, each `{ content, mediaType: 'application/pdf', subject }`
 * @throws CompositionError if a field cannot be printed
 * @throws RangeError for a subject, a date, a number of copies or a household other than described
 * @throws the reason of the signal
 */
export async function composeResidenceRecord(resident, order) {
  const { subject, caseId, issuedOn, copies = 1, isWhole = true, signal } = order
  if (!Number.isInteger(copies) || copies < 1 || copies > 10) throw new RangeError('copies is 1 to 10')
  const keyword = subjectKeyword(subject)
  const { household } = resident
  const [head, ...otherHeads] = household.filter(({ relation }) => relation === '世帯主')
  const listed = household.some(({ name, birthDate }) => name === resident.name && birthDate === resident.birthDate)
  if (head === undefined || otherHeads.length > 0 || !listed) {
    throw new RangeError('a household has one head (世帯主) and lists the resident')
  }

  const listing = isWhole ? household : household.filter((one) => isResident(one, resident))
  const parts = []
  for (let i = 0; i < listing.length; i += membersPerPage) parts.push(listing.slice(i, i + membersPerPage))
  const pages = []
  for (let copy = 1; copy <= copies; copy++) {
    for (const [index, members] of parts.entries()) {
      signal?.throwIfAborted()
      const page = { members, first: index * membersPerPage, number: index + 1, count: parts.length, copy, copies }
      const content = await composePage({ resident, head, listing, isWhole, subject, keyword, caseId, issuedOn, page })
      pages.push({ content, mediaType: 'application/pdf', subject })
    }
  }
  return { pages }
}

const ink = rgb(0.1, 0.1, 0.12)
const faint = rgb(0.42, 0.42, 0.45)
const line = rgb(0.45, 0.45, 0.48)
const tint = rgb(0.945, 0.945, 0.93)
const red = rgb(0.8, 0.12, 0.14)

const left = 51
const right = 595.28 - left
const width = right - left

async function composePage({ resident, head, listing, isWhole, subject, keyword, caseId, issuedOn, page }) {
  const { sheet, finish } = await openSheet({ title: '住民票の写し（見本）', keyword, date: utc(issuedOn, 'issuedOn') })
  const { household, address, municipality, mayor } = resident
  const { members, first, number, count, copy, copies } = page

  sheet.text('住民票の写し', { x: left, y: 72, width, size: 23, align: 'center', bold: true })
  sheet.text(isWhole ? '（世帯全員）' : '（本人のみ）', { x: left, y: 96, width, size: 9.5, align: 'center' })
  const last = first + members.length
  const place = copies > 1 ? `${copies}部のうち${copy}部目　${number}／${count}ページ` : `${number}／${count}ページ`
  sheet.text(place, { x: left, y: 96, width, size: 8.5, align: 'right', color: faint })

  sheet.row(112, 29, [
    { label: '世帯主', width: 66 },
    { text: head.name, field: `household[${household.indexOf(head)}].name`, width: width - 66, size: 12.5 },
  ])
  sheet.row(141, 29, [
    { label: '住所', width: 66 },
    { text: address, field: 'address', width: width - 66, size: 12 },
  ])
  sheet.frame(112, 58)

  members.forEach((each, i) => {
    const y = 184 + i * 86
    const at = (name) => `household[${household.indexOf(each)}].${name}`
    const [a, b, c] = [y, y + 34, y + 58]
    const own = { name: each.name, kana: each.kana ?? (isResident(each, resident) ? resident.kana : undefined) }
    const sex = each.sex ?? (isResident(each, resident) ? resident.sex : undefined)
    sheet.cell({ x: left, y, width: 24, height: 78, label: String(first + i + 1) })
    sheet.row(
      a,
      34,
      [
        { label: '氏名', width: 58 },
        { text: own.name, above: own.kana, field: at('name'), aboveField: at('kana'), width: 189, size: 13.5 },
        { label: '生年月日', width: 84 },
        { text: inEra(each.birthDate, at('birthDate')), field: at('birthDate'), width: width - 355, size: 11 },
      ],
      24,
    )
    sheet.row(
      b,
      24,
      [
        { label: '性別', width: 58 },
        { text: sex ?? omitted, field: at('sex'), width: 58, size: 10.5 },
        { label: '続柄', width: 42 },
        { text: each.relation, field: at('relation'), width: 89, size: 10.5 },
        { label: '住民となった年月日', width: 84 },
        {
          text: each.residentSince === undefined ? omitted : inEra(each.residentSince, at('residentSince')),
          field: at('residentSince'),
          width: width - 355,
          size: 10.5,
        },
      ],
      24,
    )
    sheet.row(
      c,
      20,
      [
        { label: '本籍', width: 58 },
        { text: omitted, width: 58, size: 8.5 },
        { label: '筆頭者', width: 42 },
        { text: omitted, width: 89, size: 8.5 },
        { label: '個人番号', width: 84 },
        { text: omitted, width: width - 355, size: 8.5 },
      ],
      24,
    )
    sheet.frame(y, 78)
  })

  const end = 184 + members.length * 86 + 6
  if (number < count) {
    sheet.text('（次のページへ続く）', { x: left, y: end, width, size: 9.5, align: 'right', color: faint })
  } else {
    const blank = last === listing.length && members.length < membersPerPage
    if (blank) sheet.text('（以下余白）', { x: left, y: end, width, size: 9.5, align: 'center', color: faint })
    const whose = isWhole ? '世帯全員' : '本人'
    sheet.text(`この写しは、${whose}の住民票の原本と相違ないことを証明する。`, { x: left, y: 640, width, size: 12 })
    sheet.text(inEra(issuedOn, 'issuedOn'), { x: left + 24, y: 672, width: 200, size: 12 })
    const office = { x: right - 290, y: 712, width: 200, size: 15, align: 'right' }
    sheet.text(`${municipality}長　${mayor}`, { ...office, field: 'mayor' })
    sheet.seal(right - 70, 680, 62)
  }

  sheet.note(762, '見本', 'この書面は架空の人物による見本です。証明書としての効力はありません。')
  sheet.text(`発行番号　${caseId}`, { x: left, y: 802, width: width / 2, size: 6.5, color: faint, field: 'caseId' })
  const marker = { x: left, y: 812, width, size: 6.5, color: faint, field: 'subject' }
  sheet.text(`対象者　${subject}`, marker)
  sheet.watermark('見本')
  return finish()
}

const omitted = '【省略】'

function isResident(member, resident) {
  return member.name === resident.name && member.birthDate === resident.birthDate
}

/** 1989-01-08 as 平成元年1月8日. */
function inEra(date, field) {
  return japanese.format(utc(date, field))
}

const japanese = new Intl.DateTimeFormat('ja-JP-u-ca-japanese', { dateStyle: 'long', timeZone: 'UTC' })

function utc(date, field) {
  const day = new Date(`${date}T00:00:00Z`)
  if (Number.isNaN(day.valueOf()) || day.toISOString().slice(0, 10) !== date || date < '1873') {
    throw new RangeError(`${field} is a date as YYYY-MM-DD, from 1873`)
  }
  return day
}

/** One page of A4. Lengths are points, `y` is the distance from the upper edge, of a text that of its middle. */
async function openSheet({ title, keyword, date }) {
  const document = PDF.create()
  const [regular, semiBold] = await fonts()
  const face = { regular: document.embedFont(regular), bold: document.embedFont(semiBold) }
  const author = '見本'
  const dates = { creationDate: date, modificationDate: date }
  document.setMetadata({ title, author, creator: 'jpki-card', language: 'ja', keywords: [keyword], ...dates })
  const page = document.addPage({ size: 'a4' })
  const { height } = page

  const sheet = {
    /** Smaller if it must be, down to `smallest`. */
    text(value, { x, y, width, size, align = 'left', color = ink, bold = false, field = 'text', smallest = 6 }) {
      if (typeof value !== 'string' || value === '') throw new RangeError(`${field} is missing`)
      const font = bold ? face.bold : face.regular
      requireGlyphs(font, value, field)
      const fitting = Math.min(size, (size * width) / font.widthOfTextAtSize(value, size))
      if (fitting < smallest) throw new CompositionError('ERR_TEXT_TOO_LONG', field)
      const rest = width - font.widthOfTextAtSize(value, fitting)
      const shift = align === 'right' ? rest : align === 'center' ? rest / 2 : 0
      // The middle of an ideograph is 0.38 em above the baseline.
      page.drawText(value, { x: x + shift, y: height - y - fitting * 0.38, size: fitting, font, color })
    },

    cell({ x, y, width, height: tall, label, text, above, field, aboveField, size = 8.5 }) {
      const fill = label === undefined ? {} : { color: tint }
      const box = { x, y: height - y - tall, width, height: tall, borderColor: line, borderWidth: 0.5 }
      page.drawRectangle({ ...box, ...fill })
      const middle = y + tall / 2
      if (label !== undefined) {
        sheet.text(label, { x: x + 4, y: middle, width: width - 8, size, align: 'center' })
        return
      }
      const inside = { x: x + 8, width: width - 16 }
      if (above !== undefined) sheet.text(above, { ...inside, y: y + 8, size: 6.5, color: faint, field: aboveField })
      sheet.text(text, { ...inside, y: above === undefined ? middle : middle + 4, size, field })
    },

    row(y, tall, cells, indent = 0) {
      let x = left + indent
      for (const cell of cells) {
        sheet.cell({ x, y, height: tall, ...cell })
        x += cell.width
      }
    },

    frame(y, tall) {
      page.drawRectangle({ x: left, y: height - y - tall, width, height: tall, borderColor: ink, borderWidth: 1.4 })
    },

    /** Where the mayor's seal (職印) would be. */
    seal(x, y, side) {
      const box = { width: side, height: side, borderColor: red, borderWidth: 1.6 }
      page.drawRectangle({ ...box, x, y: height - y - side })
      const inner = { borderColor: red, borderWidth: 0.5, width: side - 6, height: side - 6 }
      page.drawRectangle({ ...inner, x: x + 3, y: height - y - side + 3 })
      sheet.text('見本', { x, y: y + side / 2 - 6, width: side, size: 22, align: 'center', color: red, bold: true })
      sheet.text('職印', { x, y: y + side - 15, width: side, size: 8, align: 'center', color: red })
    },

    note(y, heading, text) {
      const tall = 26
      page.drawRectangle({ x: left, y: height - y - tall, width, height: tall, borderColor: red, borderWidth: 0.8 })
      const middle = y + tall / 2
      sheet.text(heading, { x: left + 12, y: middle, width: 40, size: 12, color: red, bold: true })
      sheet.text(text, { x: left + 50, y: middle, width: width - 62, size: 10, color: red })
    },

    /** Over everything else, so that it cannot be covered. */
    watermark(text) {
      const size = 210
      const [x, y] = [page.width / 2, height / 2]
      const start = { x: x - face.bold.widthOfTextAtSize(text, size) / 2, y: y - size * 0.38 }
      const rotate = { angle: 52, origin: { x, y } }
      page.drawText(text, { ...start, size, font: face.bold, color: red, opacity: 0.13, rotate })
    },
  }
  return { sheet, finish: () => document.save({ subsetFonts: true }) }
}

/**
 * Glyphs are looked up for each code point as it is: normalization would change U+FA19, a form of 神, into 神. Marks
 * are refused, as they would be drawn beside their character, and a variation selector would have no effect.
 */
function requireGlyphs(font, text, field) {
  for (const character of text) {
    if (!/[\p{C}\p{M}\p{Zl}\p{Zp}]/u.test(character) && font.canEncode(character)) continue
    const codePoint = `U+${character.codePointAt(0).toString(16).toUpperCase().padStart(4, '0')}`
    throw new CompositionError('ERR_CHARACTER_NOT_PRINTABLE', field, codePoint)
  }
}

let fontFiles

/** Noto Serif JP: all kanji of JIS X 0213. Read once for all documents. */
function fonts() {
  const require = createRequire(import.meta.url)
  fontFiles ??= Promise.all([
    readFile(require.resolve('@expo-google-fonts/noto-serif-jp/400Regular/NotoSerifJP_400Regular.ttf')),
    readFile(require.resolve('@expo-google-fonts/noto-serif-jp/600SemiBold/NotoSerifJP_600SemiBold.ttf')),
  ])
  return fontFiles
}
