import type { EvaluationPki } from './pki/create.ts'

/** A terminal the server knows. */
export interface EvaluationTerminal {
  /** 1 to 64 of `A-Z a-z 0-9 . _ -`, not dots only. */
  readonly name: string
  /** Headers that authenticate it, such as `authorization`. Secret; never reported. */
  readonly headers?: Readonly<Record<string, string>> | undefined
}

/** Terminals of a run: at least two. */
export type EvaluationTerminals = readonly [EvaluationTerminal, EvaluationTerminal, ...EvaluationTerminal[]]

/** Options of a run. */
export interface EvaluateOptions {
  /** Address of the server under evaluation, to which `v1/challenges` is added. */
  readonly url: string
  /** As `readEvaluationPki` reads it. */
  readonly pki: EvaluationPki
  /** Origin of its challenges. Default: that of the address. */
  readonly origin?: string | undefined
  /** Two terminals the server serves, or more. Default `evaluation-1` and `evaluation-2`, without headers. */
  readonly terminals?: EvaluationTerminals | undefined
  /** Two purposes it serves. Default `evaluation-1` and `evaluation-2`. */
  readonly purposes?: readonly [string, string] | undefined
  /** Cases to run, by id. Default: all. The good token, without which refusals prove nothing, is always submitted. */
  readonly only?: readonly string[] | undefined
  /** Longest wait for one response, milliseconds. Default 15 000. */
  readonly timeoutMs?: number | undefined
  /** Longest wait for a challenge to expire or a slow body to be cut off, milliseconds. Default 180 000. */
  readonly maxWaitMs?: number | undefined
  /** Time within which a slow body must be cut off, milliseconds. Default 60 000. */
  readonly cutOffMs?: number | undefined
  /** Acceptances compared by each case of many persons at once, 1 to 1 000 000. Default 200. */
  readonly transactions?: number | undefined
  readonly now?: Date | undefined
  /** Ends the run early: cases not run are reported as such. */
  readonly signal?: AbortSignal | undefined
}
