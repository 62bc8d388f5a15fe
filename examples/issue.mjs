// From the card to the paper in the tray: residents of an invented municipality at one terminal each, all at the same
// moment, and each gets a sample of their own residence record as a PDF file.
//   node examples/issue.mjs [FOLDER]
import { mkdir, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CardSession, JpkiApplication, Pin } from 'jpki-card'
import { VirtualTransport } from 'jpki-card/emulator'
import { issueDocuments } from 'jpki-card/issuance'
import { tokenSigner } from 'jpki-card/jpki'
import { openTown } from './issue-town.mjs'
import { createFolderPrinter } from './print-to-folder.mjs'

const folder = process.argv[2] ?? (await mkdtemp(join(tmpdir(), 'jpki-card-tray-')))
await mkdir(folder, { recursive: true, mode: 0o700 })
const town = await openTown(folder)

async function visit({ record, card }, terminal) {
  const transport = new VirtualTransport({ card: await card() })
  const [reader] = await transport.readers()
  const session = new CardSession(await transport.connect(reader.name))
  try {
    const jpki = await JpkiApplication.open(session)
    const printed = await issueDocuments({
      server: town.server(terminal),
      signer: tokenSigner(jpki, async () => Pin.fromText('1234')), // in a kiosk from its keypad
      purpose: 'residence-record',
      documents: [{ document: 'residence-record', copies: 1 }],
      printer: createFolderPrinter(join(folder, terminal)),
      onState: (state) => console.log(`${terminal}: ${state}`),
    })
    return {
      terminal,
      name: record.name,
      pages: printed.pageCount,
      file: join(folder, terminal, `${printed.case}.pdf`),
    }
  } finally {
    await session.close()
    await transport.close()
  }
}

try {
  const printed = await Promise.all(town.residents.map((resident, n) => visit(resident, `kiosk-${n + 1}`)))
  for (const { terminal, name, pages, file } of printed) console.log(`${terminal} ${name} (${pages}): ${file}`)
} finally {
  await town.close()
}
