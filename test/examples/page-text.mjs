import { PDF } from '@libpdf/core'

export async function textOfPages(file) {
  const document = await PDF.load(file, { lenient: false })
  return document.getPages().map((page) => page.extractText().text)
}

export async function largestTextOf(page) {
  const document = await PDF.load(page, { lenient: false })
  const spans = document
    .getPage(0)
    .extractText()
    .lines.flatMap(({ spans }) => spans)
  const largest = Math.max(...spans.map(({ fontSize }) => fontSize))
  const text = spans.filter(({ fontSize }) => fontSize === largest).map(({ text }) => text)
  return { size: largest, characters: text.sort().join('') }
}

export async function withKeywords(page, keywords) {
  const document = await PDF.load(page)
  document.setKeywords(keywords)
  return document.save()
}
