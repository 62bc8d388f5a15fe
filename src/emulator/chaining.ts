/** Command chaining (CLA bit 10), 61xx with GET RESPONSE and 6Cxx: applied around every handler. */

import { concat } from '../bytes.ts'
import { type Answer, data, type ParsedCommand, status, sw } from './apdu.ts'
import type { CardProfile } from './options.ts'

const nothing = new Uint8Array(0)
const longestCommandData = 65_535

export class Chaining {
  #links: ParsedCommand | undefined
  #rest: Uint8Array = nothing
  readonly #profile: CardProfile

  constructor(profile: CardProfile) {
    this.#profile = profile
  }

  forget(): void {
    this.#links = undefined
    this.#rest = nothing
  }

  /** Processes one command: runs it when complete, and fits the response to its Le. */
  run(command: ParsedCommand, execute: (command: ParsedCommand) => Answer): Answer {
    const { chainedResponses, selectAnnouncesData } = this.#profile
    if (command.cla === 0x00 && command.ins === 0xc0 && (chainedResponses || selectAnnouncesData === 'given'))
      return this.#getResponse(command)
    this.#rest = nothing
    if ((command.cla & 0x7f) === 0x10) return this.#link(command)
    const links = this.#links
    this.#links = undefined
    if (links === undefined) return this.#shape(command, execute(command))
    if (!continues(links, command)) return status(sw.lastOfChainExpected)
    const complete = { ...command, data: concat(links.data, command.data) }
    if (complete.data.length > longestCommandData) return status(sw.wrongLength)
    return this.#shape(command, execute(complete))
  }

  #link(command: ParsedCommand): Answer {
    if (!this.#profile.commandChaining) return status(sw.commandChaining)
    const links = this.#links
    this.#links = undefined
    const first = { ...command, cla: command.cla & 0x80 }
    if (links !== undefined && !continues(links, first)) return status(sw.lastOfChainExpected)
    const joined = links === undefined ? command.data : concat(links.data, command.data)
    if (joined.length > longestCommandData) return status(sw.wrongLength)
    this.#links = { ...first, data: joined }
    return status(sw.ok)
  }

  #shape(command: ParsedCommand, answer: Answer): Answer {
    const { length } = answer.data
    const room = command.ne ?? 0
    if (length === 0) return answer
    if (answer.announced) {
      this.#rest = answer.data
      return status(0x6100 | (length >= 256 ? 0 : length))
    }
    if (this.#profile.chainedResponses && !command.extended && (command.data.length > 0 || length > room)) {
      this.#rest = answer.data
      return status(0x6100 | (length >= 256 ? 0 : length))
    }
    if (length <= room) return answer
    return answer.whole ? status(length > 256 ? sw.wrongLength : 0x6c00 | (length & 0xff)) : cut(answer, room)
  }

  #getResponse(command: ParsedCommand): Answer {
    if (command.p1 !== 0 || command.p2 !== 0) return status(sw.wrongP1P2)
    if (command.ne === undefined || command.data.length > 0) return status(sw.wrongLength)
    const rest = this.#rest
    if (rest.length === 0) return status(sw.conditionsOfUse)
    if (command.ne > rest.length && command.ne !== 256) return status(0x6c00 | (rest.length & 0xff))
    this.#rest = rest.subarray(command.ne)
    const left = this.#rest.length
    const part = rest.subarray(0, command.ne)
    return left === 0 ? data(part) : { data: part, sw: 0x6100 | (left >= 256 ? 0 : left) }
  }
}

function continues(links: ParsedCommand, next: ParsedCommand): boolean {
  return links.cla === next.cla && links.ins === next.ins && links.p1 === next.p1 && links.p2 === next.p2
}

function cut(answer: Answer, room: number): Answer {
  return { ...answer, data: answer.data.subarray(0, room) }
}
