// The tables of the documents, made from the table of codes and the texts. `npm run docs:tables` writes them;
// test/messages/documentation.test.ts fails when they are stale.

const turns = {
  en: { customer: 'customer', clerk: 'clerk', operator: 'operator' },
  ja: { customer: 'お客様', clerk: '係員', operator: '保守' },
}

const row = (...cells) => `| ${cells.join(' | ')} |`
const code = (text) => `\`${text}\``

const factHeads = {
  en: ['code', 'meaning', 'class', 'turn', 'retry', 'exit code', 'HTTP', 'situation'],
  ja: ['コード', '意味', 'クラス', '対応する人', '再試行', '終了コード', 'HTTP', '場面'],
}
const retries = { en: ['yes', 'no'], ja: ['可', '不可'] }

/** Every code with its facts. */
function facts({ codes, outcomeOf, messageFor }, language) {
  return [
    row(...factHeads[language]),
    row(...Array(8).fill('---')),
    ...codes.map((one) => {
      const { className, turn, retry, exit, status, situation } = outcomeOf(one)
      const { title } = messageFor(one, { audience: 'operator', language })
      const [yes, no] = retries[language]
      const exitText = exit === 'signal' ? '129, 130, 143' : exit
      return row(
        code(one),
        title,
        code(className),
        turns[language][turn],
        retry ? yes : no,
        exitText,
        status ?? '–',
        code(situation),
      )
    }),
  ]
}

const operatorHeads = { en: ['code', 'what happened', 'do'], ja: ['コード', '意味', '対処'] }

/** The operator's texts of the codes of a class. */
function operators({ codesOf, messageFor }, className, language) {
  return [
    row(...operatorHeads[language]),
    row('---', '---', '---'),
    ...codesOf(className).map((one) => {
      const { text, next } = messageFor(one, { audience: 'operator', language })
      return row(code(one), text, next)
    }),
  ]
}

/** Every code with the operator's texts. */
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

const situationHeads = {
  en: ['situation', 'codes', 'title', 'title in Japanese'],
  ja: ['場面', 'コード', '見出し', '英語の見出し'],
}

/** Every situation with its codes and titles, those in the language of the document first. */
function situations({ codes, outcomeOf, situations, customerTexts }, language) {
  const languages = language === 'ja' ? ['ja', 'en'] : ['en', 'ja']
  return [
    row(...situationHeads[language]),
    row(...Array(4).fill('---')),
    ...situations.map((situation) => {
      const own = codes.filter((one) => outcomeOf(one).situation === situation).map(code)
      const titles = languages.map((one) => customerTexts[one].situations[situation].title)
      return row(code(situation), own.join(' ') || '–', ...titles)
    }),
  ]
}

const visitHeads = {
  en: ['step', 'title', 'what is shown', 'title in Japanese'],
  ja: ['段階', '見出し', '画面の文言', '英語の見出し'],
}

/** Every step of a visit, in the language of the document first. */
function visit({ visitSteps, visitMessage }, language) {
  const other = language === 'ja' ? 'en' : 'ja'
  return [
    row(...visitHeads[language]),
    row(...Array(4).fill('---')),
    ...visitSteps.map((step) => {
      const { title, text, next } = visitMessage(step, { language })
      const shown = language === 'ja' ? `${text}${next}` : `${text} ${next}`
      return row(code(step), title, shown, visitMessage(step, { language: other }).title)
    }),
  ]
}

/**
 * @param data - what `src/outcomes.ts`, `src/messages/index.ts` and `src/messages/fill.ts` export.
 * @returns the lines of each table, by file below docs/ and name.
 */
export function tablesOf(data) {
  const documents = (language) => ({
    errors: {
      codes: facts(data, language),
      'command line': operators(data, 'CliError', language),
      http: operators(data, 'RequestProblem', language),
    },
    messages: { situations: situations(data, language), visit: visit(data, language) },
    'field-guide': { codes: fieldGuide(data, language) },
  })
  return Object.fromEntries(
    Object.entries({ en: '.md', ja: '.ja.md' }).flatMap(([language, ending]) =>
      Object.entries(documents(language)).map(([name, tables]) => [name + ending, tables]),
    ),
  )
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
export function withCodes(text, { codes, codesOf, codesBeyondTokens, outcomeOf }) {
  const document = JSON.parse(text)
  document.components.schemas.Code.enum = codes.filter((one) => outcomeOf(one).status !== undefined)
  for (const [status, { content }] of Object.entries(document.paths['/v1/verifications'].post.responses)) {
    const [, named] = content?.['application/problem+json']?.schema.allOf ?? []
    // The other statuses are those of requests, and of what a service is made of.
    if (named === undefined || !['409', '422'].includes(status)) continue
    const refusals = codesOf('RefusalError').filter((one) => !codesBeyondTokens.has(one))
    named.properties.code.enum = refusals.filter((one) => outcomeOf(one).status === Number(status))
  }
  return document
}
