import { readFileSync, writeFileSync } from 'node:fs'

const document = new URL('../../docs/readers.md', import.meta.url)
const begin = '<!-- conformance: begin -->'
const end = '<!-- conformance: end -->'

/** Outcomes of the conformance cases, as the table that docs/readers.md shows. */
export class Results {
  readonly #rows = new Map<string, Map<string, string>>()

  record(title: string, binding: string, outcome: string): void {
    const row = this.#rows.get(title) ?? new Map<string, string>()
    this.#rows.set(title, row.set(binding, outcome))
  }

  table(bindings: readonly string[]): string {
    const lines = [...this.#rows].map(([title, row]) =>
      [title, ...bindings.map((binding) => row.get(binding) ?? 'not run')].join(' | '),
    )
    const head = ['Case', ...bindings].join(' | ')
    const rule = ['---', ...bindings.map(() => '---')].join(' | ')
    return [head, rule, ...lines].map((line) => `| ${line} |`).join('\n')
  }
}

/** The table that the documentation holds now. */
export function documentedTable(): string {
  const text = readFileSync(document, 'utf8')
  return text.slice(text.indexOf(begin) + begin.length, text.indexOf(end)).trim()
}

export function writeDocumentedTable(table: string): void {
  const text = readFileSync(document, 'utf8')
  const head = text.slice(0, text.indexOf(begin) + begin.length)
  writeFileSync(document, `${head}\n\n${table}\n\n${text.slice(text.indexOf(end))}`)
}
