import { setTimeout as sleep } from 'node:timers/promises'
import type { CaseDescription, Family } from '../../cases/case.ts'
import { CaseAborted, type Verdict } from '../../verdict.ts'
import type { Canary, DeskProbe } from '../desk-probe.ts'
import type { ComposerFault, RegisterFault } from '../town.ts'

/** One requirement for a server that issues documents. */
export interface DeskCase extends CaseDescription {
  run(probe: DeskProbe): Promise<Verdict>
}

/** The documented part of a case; what is left out: nothing is expected to be refused with a code. */
export type DeskRow = Pick<CaseDescription, 'id' | 'title' | 'why' | 'incidents' | 'forgetting'> & {
  readonly codes?: readonly string[]
}

/** A case that begins with a town without faults and issuing that is not stopped, and leaves no fault behind. */
export function deskCase(
  family: Family,
  expected: CaseDescription['expected'],
  { codes = [], ...row }: DeskRow,
  run: DeskCase['run'],
): DeskCase {
  return {
    ...row,
    family,
    expected,
    codes,
    run: async (probe) => {
      await probe.settle()
      try {
        return await run(probe)
      } finally {
        probe.town.set({})
      }
    },
  }
}

/** A fault of a register that concerns one resident. */
export function forHolder({ holder }: Canary, fault: RegisterFault): RegisterFault {
  return (entry, question) => (question.holder === holder ? fault(entry, question) : entry)
}

/** A fault of the composer that concerns one resident. */
export function forSubject({ subject }: Canary, fault: ComposerFault): ComposerFault {
  return (document, order) => (order.subject === subject ? fault(document, order) : document)
}

/** A composer that is slow, and goes on although its caller has given up. */
export function slow(milliseconds: number): ComposerFault {
  return async (document) => {
    await sleep(milliseconds)
    return document
  }
}

/** The first verdict that is not a pass, otherwise the last one. */
export function worst(verdicts: readonly Verdict[]): Verdict {
  return verdicts.find(({ result }) => result !== 'passed') ?? verdicts.at(-1)!
}

/** The verdict of what may end early. */
export async function verdictOf(work: Promise<Verdict>): Promise<Verdict> {
  try {
    return await work
  } catch (error) {
    if (error instanceof CaseAborted) return error.verdict
    throw error
  }
}
