/** Input and output of a command handler. */

import type { CardState } from '../card-state.ts'
import type { ParsedCommand } from '../command.ts'
import type { CardProfile } from '../profile.ts'
import type { Answer } from '../status.ts'

export type Handler = (command: ParsedCommand, state: CardState, profile: CardProfile) => Answer
