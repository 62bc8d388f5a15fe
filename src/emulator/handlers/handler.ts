/** Input and output of a command handler, and which EF a command means. */

import { type Answer, type ParsedCommand, status, sw } from '../apdu.ts'
import type { CardState } from '../card-state.ts'
import type { CardProfile } from '../options.ts'
import type { CardFile } from '../table.ts'

export type Handler = (command: ParsedCommand, state: CardState, profile: CardProfile) => Answer

// The EF addressed by a command: the current one (P2 = 80) or one by short EF identifier (P2 = 80|SFI).

export type Found<F> = { readonly file: F } | { readonly refusal: Answer }

/**
 * NOTE: whether a direct reference makes its EF current is not known. Here it leaves no EF current, so that a program
 * relying on either behaviour fails.
 */
export function referencedFile(p2: number, state: CardState, profile: CardProfile): Found<CardFile> {
  if (p2 === 0x80) {
    const file = state.currentFile
    return file ? { file } : { refusal: status(sw.noCurrentFile) }
  }
  if (!profile.directReference) return { refusal: status(profile.directReferenceRefusal) }
  if (p2 < 0x81 || p2 > 0x9e) return { refusal: status(sw.wrongP1P2) }
  if (state.current === undefined) return { refusal: status(sw.noCurrentFile) }
  const file = findByShortId(state, p2 & 0x1f)
  if (file === undefined) return { refusal: status(sw.referenceNotFound) }
  state.currentFile = undefined
  return { file }
}

/** The file exists but has another structure: 6981 for the current one, 6A88 for one by reference. */
export function wrongStructure(p2: number): number {
  return p2 === 0x80 ? sw.fileStructure : sw.referenceNotFound
}

export function findByShortId(state: CardState, shortId: number): CardFile | undefined {
  return state.current?.files.find(({ fid }) => fid === shortId)
}
