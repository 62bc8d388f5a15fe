import { fromHex, toHex } from '../../src/bytes.ts'
import type { CardConnection } from '../../src/transport/index.ts'

/** A connection that answers from a list, then repeats the last answer; an error of the list is thrown. */
export interface ScriptedConnection extends CardConnection {
  /** Commands as hexadecimal. */
  readonly sent: string[]
  /** What the connection was asked for besides, for example `close unpower`. */
  readonly done: string[]
}

export function scripted(...answers: readonly (string | Error)[]): ScriptedConnection {
  const sent: string[] = []
  const done: string[] = []
  return {
    reader: 'scripted',
    atr: fromHex('3B00'),
    sent,
    done,
    async transmit(command) {
      const answer = answers[Math.min(sent.length, answers.length - 1)]!
      sent.push(toHex(command))
      if (answer instanceof Error) throw answer
      return fromHex(answer)
    },
    async reconnect(disposition) {
      done.push(`reconnect ${disposition}`)
    },
    async close(disposition) {
      done.push(`close ${disposition}`)
    },
    async [Symbol.asyncDispose]() {},
  }
}
