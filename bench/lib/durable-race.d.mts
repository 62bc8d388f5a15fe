export interface DurableCounts {
  readonly once: number
  readonly unanswered: number
  readonly twice: number
  readonly lost: number
  readonly again: number
  readonly counterMissing: number
  readonly counterExtra: number
  readonly refused: number
  readonly kills: number
  readonly seconds: number
}

export function raceDurably(options: {
  readonly module: string
  readonly worker?: string
  readonly file: string
  readonly nonces: number
  readonly processes?: number
  readonly killMs?: number
}): Promise<DurableCounts>
