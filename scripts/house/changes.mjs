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
// A change without edits is not written yet, and is reported so.
export const changes = [
  {
    id: 'error-code',
    title: 'an error code with class, texts in Japanese and English, the place that throws it, and a test',
    atMost: 5,
    before: 16,
    edits: [],
    generate: [],
    tests: ['test/messages', 'test/repository/documentation.test.ts'],
  },
  {
    id: 'command',
    title: 'a command of the command line with an option, help in both languages, and a test',
    atMost: 4,
    before: 13,
    edits: [],
    generate: [],
    tests: ['test/repository/readme.test.ts'],
  },
  {
    id: 'pin',
    title: 'a PIN with its application, form, tries, keeper and names, on the card and on the command line',
    atMost: 12,
    before: 20,
    edits: [],
    generate: [],
    tests: ['test/credentials', 'test/messages'],
  },
]
