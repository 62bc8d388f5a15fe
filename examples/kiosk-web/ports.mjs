// Register and composer of the trial, in the process of the server: the module that the setting `issuance.module` leads to. A
// municipality has its own in place of them (docs/issuance-desk.md, "Ports").
import { readFile } from 'node:fs/promises'
import { subjectOfPage } from '../pdf-pages.mjs'
import { composeResidenceRecord } from '../residence-record.mjs'

/** @param file URL of `residents.json` */
export async function portsFrom(file) {
  const residents = JSON.parse(await readFile(file, 'utf8'))
  return {
    registers: [
      {
        name: 'residents',
        async lookup({ serialNumber }) {
          const found = residents.find((one) => one.serialNumber === serialNumber)
          const current = { asOf: Date.now(), sequence: 1 }
          return found
            ? { subject: found.subject, ...current }
            : { subject: 'unknown', suppressed: 'no-record', ...current }
        },
      },
    ],
    composer: {
      async compose({ case: caseId, subject, document, copies, at }, { signal }) {
        const { record } = residents.find((one) => one.subject === subject)
        const issuedOn = new Date(at + 32_400_000).toISOString().slice(0, 10)
        const order = { subject, caseId, issuedOn, copies, signal, isWhole: document === 'residence-record' }
        const { pages } = await composeResidenceRecord(record, order)
        return { case: caseId, pageCount: pages.length, pages }
      },
      subjectOf: ({ content }) => subjectOfPage(content),
    },
  }
}
