// The tables of the documents, made from the table of codes and the texts. `npm run docs:tables` writes them;
// test/messages/documentation.test.ts fails when they are stale.

const turns = {
  en: { customer: 'customer', clerk: 'clerk', operator: 'operator' },
  ja: { customer: 'お客様', clerk: '係員', operator: '保守' },
}

const row = (...cells) => `| ${cells.join(' | ')} |`
const code = (text) => `\`${text}\``

/** Every code with its facts. */
function facts({ codes, outcomeOf, messageFor }) {
  return [
    row('code', 'meaning', 'class', 'turn', 'retry', 'exit code', 'HTTP', 'situation'),
    row(...Array(8).fill('---')),
    ...codes.map((one) => {
      const { className, turn, retry, exit, status, situation } = outcomeOf(one)
      const { title } = messageFor(one, { audience: 'operator', language: 'en' })
      const exitText = exit === 'signal' ? '129, 130, 143' : exit
      return row(
        code(one),
        title,
        code(className),
        turn,
        retry ? 'yes' : 'no',
        exitText,
        status ?? '–',
        code(situation),
      )
    }),
  ]
}

/** What operators read of the codes of a class. */
function operators({ codesOf, messageFor }, className) {
  return [
    row('code', 'what happened', 'do'),
    row('---', '---', '---'),
    ...codesOf(className).map((one) => {
      const { text, next } = messageFor(one, { audience: 'operator', language: 'en' })
      return row(code(one), text, next)
    }),
  ]
}

/** Every code as operators read it. */
function fieldGuide({ codes, messageFor }, language) {
  return [
    language === 'ja'
      ? row('コード', '対応する人', '', '意味', '対処')
      : row('code', 'turn', '', 'what it means', 'do'),
    row(...Array(5).fill('---')),
    ...codes.map((one) => {
      const { title, text, next, turn } = messageFor(one, { audience: 'operator', language })
      return row(code(one), turns[language][turn], title, text, next)
    }),
  ]
}

/** Every situation with its codes and titles. */
function situations({ codes, outcomeOf, situations, customerTexts }) {
  return [
    row('situation', 'codes', 'title', 'title in Japanese'),
    row(...Array(4).fill('---')),
    ...situations.map((situation) => {
      const own = codes.filter((one) => outcomeOf(one).situation === situation).map(code)
      const titles = [customerTexts.en, customerTexts.ja].map((texts) => texts.situations[situation].title)
      return row(code(situation), own.join(' ') || '–', ...titles)
    }),
  ]
}

/**
 * @param data - what `src/outcomes.ts`, `src/messages/index.ts` and `src/messages/fill.ts` export.
 * @returns the lines of each table, by file below docs/ and name.
 */
export function tablesOf(data) {
  return {
    'errors.md': {
      codes: facts(data),
      'command line': operators(data, 'CliError'),
      http: operators(data, 'RequestProblem'),
    },
    'messages.md': { situations: situations(data) },
    'field-guide.md': { codes: fieldGuide(data, 'en') },
    'field-guide.ja.md': { codes: fieldGuide(data, 'ja') },
  }
}

/** A document with its tables replaced: what is between the marks of each. */
export function withTables(text, tables) {
  return Object.entries(tables).reduce((before, [name, lines]) => {
    const [begin, end] = ['begin', 'end'].map((word) => `<!-- table ${name}: ${word} -->`)
    const [from, to] = [before.indexOf(begin), before.indexOf(end)]
    if (from < 0 || to < from) throw new Error(`no marks of the table ${name}`)
    return `${before.slice(0, from)}${begin}\n\n${lines.join('\n')}\n\n${before.slice(to)}`
  }, text)
}

/** The OpenAPI document with every code of a response, and every refusal of a token under its status. */
export function withCodes(text, { codes, codesOf, outcomeOf }) {
  const document = JSON.parse(text)
  document.components.schemas.Code.enum = codes.filter((one) => outcomeOf(one).status !== undefined)
  for (const [status, { content }] of Object.entries(document.paths['/v1/verifications'].post.responses)) {
    const [, named] = content?.['application/problem+json']?.schema.allOf ?? []
    // The other statuses are those of requests, and of what a service is made of.
    if (named === undefined || !['409', '422'].includes(status)) continue
    named.properties.code.enum = codesOf('RefusalError').filter((one) => outcomeOf(one).status === Number(status))
  }
  return document
}
