import { TransportError, type TransportErrorCode } from '../../errors.ts'
import type { ReportLanguage } from '../../reader-test/index.ts'
import type { Context, Result } from '../context.ts'
import { binding as bindingOption, reader as readerOption } from '../options.ts'
import { displayWidth, printable } from '../output.ts'
import { diagnose, type Instruments } from './diagnose.ts'
import type { DoctorFinding, DoctorTexts, FindingFacts, FindingId, FindingText, Level } from './finding.ts'
import { thisSystem } from './system.ts'
import { doctorEn } from './texts-en.ts'
import { doctorJa } from './texts-ja.ts'

const tables: Readonly<Record<ReportLanguage, DoctorTexts>> = { en: doctorEn, ja: doctorJa }

/** A finding with its texts. */
interface DescribedFinding {
  readonly id: FindingId
  readonly level: Level
  readonly what: string
  /** The remedy. */
  readonly todo?: string
  readonly facts: FindingFacts
}

/** Texts of the doctor. */
function doctorTexts(language: ReportLanguage): DoctorTexts {
  return tables[language]
}

/** Adds the texts to a finding. */
function describe({ id, level, facts }: DoctorFinding, language: ReportLanguage): DescribedFinding {
  const { what, todo }: FindingText = tables[language].findings[id]
  return { id, level, what: what(facts), ...(todo !== undefined && { todo: todo(facts) }), facts }
}

/** `doctor`: service, drivers, readers and bindings of this computer. Connects to no card. */
export async function doctor(context: Context): Promise<Result> {
  const { language } = context.messages
  const found = await diagnose(await instrumentsOf(context))
  const described = found.map((one) => describe(one, language))
  const problems = described.filter(({ level }) => level === 'problem')
  const texts = doctorTexts(language)
  const verdict = problems.length === 0 ? texts.usable : texts.unusable(problems.length)
  return {
    json: { usable: problems.length === 0, findings: described },
    text: `${described.map((one) => lineOf(one, texts.levels)).join('')}\n${verdict}\n`,
    alarms: [texts.levels.problem],
    refused: problems[0] && new TransportError(codeOf(problems[0].id), 'see the problems above'),
  }
}

async function instrumentsOf({ io, options }: Context): Promise<Instruments> {
  const { dependencies } = io
  const pcsc = await import('../../transport/pcsc/index.ts')
  const binding = options.get(bindingOption)
  const open = dependencies?.openPcsc ?? pcsc.openPcsc
  return {
    system: dependencies?.system ?? thisSystem(io.env),
    loadBinding: dependencies?.loadBinding ?? pcsc.loadBinding,
    bindings: binding === undefined ? pcsc.bindingNames : [binding],
    // Isolated: a hanging service would block a binding in this process until it ends.
    openPcsc: () => open({ isolated: true, ...(binding !== undefined && { binding }) }),
    reader: options.get(readerOption),
  }
}

/** Level and description; the remedy on a line of its own below. */
function lineOf({ level, what, todo }: DescribedFinding, levels: Readonly<Record<string, string>>): string {
  const width = Math.max(...Object.values(levels).map(displayWidth))
  const name = levels[level]!
  const indent = ' '.repeat(width + 2)
  const head = `${name}${' '.repeat(width - displayWidth(name))}  ${printable(what)}\n`
  return todo === undefined || level === 'ok' ? head : `${head}${indent}→ ${printable(todo)}\n`
}

/** The error code a problem would cause. */
function codeOf(id: FindingId): TransportErrorCode {
  if (id.startsWith('binding')) return 'ERR_BINDING_MISSING'
  return id.startsWith('reader') || id.startsWith('usb') || id.startsWith('drivers')
    ? 'ERR_NO_READER'
    : 'ERR_SERVICE_UNAVAILABLE'
}
