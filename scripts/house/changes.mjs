// The real changes whose files `npm run house` counts. Each is data: what a person edits by hand, in any number of files, and
// the commands that make the rest.
//
//   file      the file, from the top of the repository
//   create    its whole text, for a new file
//   after     text that the file has exactly once; `insert` goes behind it
//   replace   text that the file has exactly once; `by` takes its place
//
// `generate` are npm scripts (their outputs do not count; `build` first where tests start the command line), `tests` what vitest
// runs afterwards; type check and tests must pass.
const errorTexts = (title, clerk, operator) => `    ERR_READER_LOCKED: {
      title: '${title}',
      clerk: { text: '${clerk}', next: call },
      operator: { text: '${operator}', next: '${operator}' },
    },
`

export const changes = [
  {
    id: 'error-code',
    title: 'an error code with class, texts in Japanese and English, the place that throws it, and a test',
    atMost: 5,
    before: 16,
    edits: [
      {
        file: 'src/outcomes.ts',
        after: "  ERR_READER_BUSY: ['TransportError', 'operator', true, 3, 'busy'],\n",
        insert: "  ERR_READER_LOCKED: ['TransportError', 'operator', false, 3, 'out-of-order'],\n",
      },
      {
        file: 'src/messages/staff/ja.ts',
        replace: '    ERR_READER_BUSY: {\n',
        by: `${errorTexts('リーダーがロックされています', 'リーダーが管理者によりロックされています。', 'リーダーのロックを解除してください。')}    ERR_READER_BUSY: {\n`,
      },
      {
        file: 'src/messages/staff/en.ts',
        replace: '    ERR_READER_BUSY: {\n',
        by: `${errorTexts('Card reader locked', 'The card reader is locked by an administrator.', 'Unlock the reader.')}    ERR_READER_BUSY: {\n`,
      },
      {
        file: 'src/transport/pcsc/pcsc-errors.ts',
        after: 'const rows: readonly Row[] = [\n',
        insert:
          "  { code: 0x801000ff, name: 'ReaderLocked', connect: 'ERR_READER_LOCKED', text: 'the reader is locked' },\n",
      },
      {
        file: 'test/transport/reader-locked.test.ts',
        create: `import { expect, test } from 'vitest'
import { errorCodes } from '../../src/errors.ts'

test('a locked reader has a code', () => {
  expect(errorCodes).toContain('ERR_READER_LOCKED')
})
`,
      },
    ],
    generate: ['docs:tables'],
    tests: ['test/messages', 'test/transport/reader-locked.test.ts'],
  },
  {
    id: 'command',
    title: 'a command of the command line with an option, help in both languages, and a test',
    atMost: 4,
    before: 13,
    edits: [
      {
        file: 'src/cli/commands/card.ts',
        replace: "import { choice } from '../arguments.ts'\n",
        by: "import { choice, type Option } from '../arguments.ts'\n",
      },
      {
        file: 'src/cli/commands/card.ts',
        replace: 'const channel = choice(',
        by: `const spaced: Option = {
  name: 'spaced',
  help: { ja: 'バイトごとに区切ります。', en: 'put a blank between bytes' },
}

export const cardAtr: Command = {
  name: 'card atr',
  options: [spaced, ...cardOptions],
  session: true,
  help: { ja: 'ATR を表示します。', en: 'Show the answer to reset.' },
  run: async () => ({ text: '3B\\n', json: { atr: '3B' } }),
}

const channel = choice(`,
      },
      {
        file: 'src/cli/commands.ts',
        replace: 'import { cardInfo, inspect, services }',
        by: 'import { cardAtr, cardInfo, inspect, services }',
      },
      { file: 'src/cli/commands.ts', after: '  cardInfo,\n', insert: '  cardAtr,\n' },
      {
        file: 'test/cli/card-atr.test.ts',
        create: `import { expect, test } from 'vitest'
import { commands } from '../../src/cli/commands.ts'

test('the command is known with its option', () => {
  expect(commands.find(({ name }) => name === 'card atr')?.options?.map(({ name }) => name)).toContain('spaced')
})
`,
      },
    ],
    generate: ['docs:commands'],
    tests: ['test/cli/card-atr.test.ts', 'test/cli/messages.test.ts'],
  },
  {
    id: 'pin',
    title: 'a PIN with its application, form, tries, keeper and names, on the card and on the command line',
    atMost: 12,
    before: 20,
    edits: [
      {
        file: 'src/pins.ts',
        replace: "  | 'common'\n\n/** Identifier of a PIN;",
        by: "  | 'common'\n  | 'common-puk'\n\n/** Identifier of a PIN;",
      },
      {
        file: 'src/pins.ts',
        after: "    names: { ja: '共通カードAPの暗証番号', en: 'PIN of the common application' },\n  },\n",
        insert: `  'common-puk': {
    application: 'common',
    format: { kind: 'digits', length: 8 },
    triesMax: 10,
    changeable: false,
    reset: 'counter',
    kind: 'common',
    names: { ja: '共通カードAPのロック解除番号', en: 'unblocking code of the common application' },
  },
`,
      },
      {
        file: 'src/identify/common/application.ts',
        after:
          "export const commonPin: PinReference = pinReference('common', registryApplications.common, commonFiles.pin)\n",
        insert: `
/** Unblocks the PIN. */
export const commonPuk: PinReference = pinReference('common-puk', registryApplications.common, 0x001d)
`,
      },
      {
        file: 'src/identify/index.ts',
        replace: 'commonFiles, commonPin, readCardExpiry',
        by: 'commonFiles, commonPin, commonPuk, readCardExpiry',
      },
      {
        file: 'src/reader-test/smoke/application-steps.ts',
        replace: '  counter(commonPin),\n',
        by: '  counter(commonPin),\n  counter(commonPuk),\n',
      },
      {
        file: 'src/reader-test/smoke/application-steps.ts',
        replace: 'commonPin, identifyCard }',
        by: 'commonPin, commonPuk, identifyCard }',
      },
      {
        file: 'src/emulator/applications/common-juki.ts',
        after: "      changeablePin('common', secrets.jukiPin),\n",
        insert: "      { ...changeablePin('common-puk', '12345678'), fid: 0x001d, tries: 10, change: 'never' },\n",
      },
      {
        file: 'src/emulator/table.ts',
        replace: "  'common',\n  'juki',\n",
        by: "  'common',\n  'common-puk',\n  'juki',\n",
      },
      {
        file: 'test/identify/common/puk.test.ts',
        create: `import { expect, test } from 'vitest'
import { commonPuk } from '../../../src/identify/index.ts'
import { messageFor } from '../../../src/messages/index.ts'
import { PinError } from '../../../src/errors.ts'

test('the unblocking code is known with its form and a message', () => {
  expect(commonPuk).toMatchObject({ id: 'common-puk', format: { kind: 'digits', length: 8 }, triesMax: 10 })
  const error = new PinError('ERR_PIN_BLOCKED', 'blocked', { pin: 'common-puk', triesLeft: 0 })
  expect(messageFor(error, { language: 'ja', audience: 'customer' })).toMatchObject({ code: 'ERR_PIN_BLOCKED' })
})
`,
      },
    ],
    generate: [],
    tests: ['test/identify/common', 'test/messages', 'test/emulator/common-juki.test.ts'],
  },
]
