/** The table of commands of a README, made from the commands themselves. */

const heads = { ja: ['コマンド', '内容'], en: ['command', 'what it does'] }
const optionsHead = { ja: 'オプション', en: 'Options' }
/** Options that most commands take; the text beside the table speaks of them. */
const isCommon = (command, option, common) =>
  ['json', 'lang', 'help'].includes(option.name) ||
  (command.options.some(({ name }) => name === 'virtual') && common.includes(option))

const code = (text) => `\`${text.replaceAll('|', '\\|')}\``
const form = ({ name, meta }) => (meta === undefined ? `--${name}` : `--${name} ${meta}`)

/**
 * @param {readonly object[]} commands - `commands` of `src/cli/commands.ts`.
 * @param {readonly object[]} common - `commonOptions` of `src/cli/options.ts`.
 * @param {'ja' | 'en'} language
 * @returns the rows, with a line feed at the end of each.
 */
export function commandTable(commands, common, language) {
  const rows = commands.map((command) => {
    const { name, operands = [], required = [], options, help } = command
    const own = options.filter((option) => !isCommon(command, option, common) && !required.includes(option))
    const more =
      own.length === 0 ? '' : ` ${optionsHead[language]}: ${own.map((one) => code(`--${one.name}`)).join(' ')}`
    return [code([name, ...operands, ...required.map(form)].join(' ')), help[language] + more]
  })
  return [heads[language], ['---', '---'], ...rows].map((cells) => `| ${cells.join(' | ')} |\n`).join('')
}

const begin = '<!-- commands: made by scripts/command-tables.mjs -->\n'
const end = '<!-- end of commands -->\n'

/** A README with its table replaced. @throws Error when the marks are missing. */
export function withCommandTable(readme, table) {
  const from = readme.indexOf(begin)
  const to = readme.indexOf(end)
  if (from < 0 || to < from) throw new Error('the marks of the table of commands are missing')
  return readme.slice(0, from + begin.length) + table + readme.slice(to)
}
