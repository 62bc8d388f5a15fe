/** Types of `trial.mjs` for the tests. */
export type StoreKind = 'memory' | 'sqlite' | 'redis'
export const storeKinds: readonly StoreKind[]

/** Commands of `--control`. */
export interface TrialCommands {
  readonly kill: string
  readonly start: string
  readonly restartStore: string
  readonly startOther?: string
  readonly stopOther?: string
  readonly forgets?: boolean
}

export interface TrialCase {
  readonly id: string
  readonly family: string
  readonly result: 'passed' | 'warned' | 'failed' | 'not-run'
  readonly reason: string
  readonly came: string
}

export type Arrange = (commands: TrialCommands, trial: Trial) => TrialCommands | Promise<TrialCommands>

export class Trial implements AsyncDisposable {
  static prepare(): Promise<string>
  static make(
    kind: StoreKind,
    options?: {
      readonly prepared?: string
      readonly alone?: boolean
      readonly issuance?: { readonly lifetimeSeconds?: number }
      readonly arrange?: Arrange
    },
  ): Promise<Trial>
  readonly folder: string
  readonly url: string
  file(name: string): string
  read(name: string): Promise<string>
  write(name: string, content: object): Promise<void>
  command(action: 'start' | 'kill' | 'stop', name: string, ...words: readonly string[]): string
  instance(name: string): string
  run(command: string): Promise<void>
  start(): Promise<void>
  evaluate(...args: readonly string[]): Promise<{
    readonly code: number | string
    readonly report: { readonly counts: Readonly<Record<string, number>>; readonly cases: readonly TrialCase[] }
  }>
  accounted(): Promise<{
    readonly opened: number
    readonly withoutEnd: readonly (readonly object[])[]
    readonly releasedTwice: readonly (readonly object[])[]
  }>
  verifyLogs(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}
