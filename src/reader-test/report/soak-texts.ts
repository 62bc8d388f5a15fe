import type { ReportLanguage } from '../../report/index.ts'
import type { SoakCheck, SoakCheckId, SoakReport, SoakStage } from '../soak/report.ts'

/** A report as plain data, for `JSON.stringify`. Times: ISO 8601 UTC and milliseconds. */
export function soakToJson(report: SoakReport): { readonly [name: string]: unknown } {
  const { startedAt, ...rest } = report
  return { format: 'jpki-card-soak-report:1', startedAt: startedAt.toISOString(), ...rest }
}

/** Texts of the reports of soak tests in one language. */
export interface SoakTable {
  readonly verdicts: Readonly<Record<SoakReport['verdict'], string>>
  readonly ends: Readonly<Record<SoakReport['ended'], string>>
  readonly results: Readonly<Record<SoakCheck['status'], string>>
  readonly checks: Readonly<Record<SoakCheckId, string>>
  /** What a check measured, against its limit. */
  readonly measured: (check: SoakCheck) => string
  readonly stages: Readonly<Record<SoakStage, string>>
  readonly counted: (count: number, unexpected: number) => string
  readonly sums: (report: SoakReport) => string
  readonly outages: (count: number, seconds: number) => string
  readonly headings: Readonly<Record<'errors' | 'verdict' | 'tenths', string>>
  /** Columns of the table of tenths: tenth, sessions, failed, medians, heap, resources, descriptors. */
  readonly columns: readonly [string, string, string, string, string, string, string, string]
  readonly progress: (percent: number, sessions: number, failed: number) => string
  readonly waitingFor: Readonly<Record<'card' | 'service', string>>
}

/** Japanese. */
const soakJa: SoakTable = {
  verdicts: { passed: '合格', failed: '不合格' },
  ends: {
    done: '最後まで実施',
    interrupted: '中断（それまでの結果で判定）',
    'given-up': '打ち切り（カードまたはサービスが長時間ありません）',
  },
  results: { passed: '合格', failed: '不合格', skipped: '判定なし' },
  checks: {
    sessions: '成功したセッション',
    errors: '原因の説明がつかないエラー',
    internal: 'コードのないエラー',
    pin: '受け付けられなかった暗証番号',
    heap: 'ヒープ（最初の1割に対する最後の1割）',
    handles: 'ハンドルの増加（最初の1割から）',
    latency: '通信時間（最初の1割に対する最後の1割）',
  },
  measured: ({ id, value, limit, status }) => {
    if (status === 'skipped') return id === 'pin' ? '暗証番号の指定なし' : '回数が足りないか、測定できません'
    if (id === 'sessions') return String(value)
    return id === 'heap' || id === 'latency' ? `${value.toFixed(3)}（上限 ${limit}）` : `${value}（上限 ${limit}）`
  },
  stages: { wait: '待機中', connect: '接続時', session: 'セッション中', close: '終了時' },
  counted: (count, unexpected) => `${count} 回（うち原因不明 ${unexpected} 回）`,
  sums: ({ sessions, failed, faulty }) => `${sessions} セッション、うち未完了 ${failed}、障害を起こしたもの ${faulty}`,
  outages: (count, seconds) => `サービス停止 ${count} 回、カードまたはサービスを待った時間 ${seconds.toFixed(0)} 秒`,
  headings: { errors: 'エラー', verdict: '判定', tenths: '1割ごとの推移' },
  columns: ['区間', 'セッション', '未完了', 'セッション ms', '通信 ms', 'ヒープ MB', 'リソース', '記述子'],
  progress: (percent, sessions, failed) => `${percent}％  ${sessions} セッション、未完了 ${failed}`,
  waitingFor: { card: 'カードを待っています', service: 'スマートカードサービスを待っています' },
}

/** English. */
const soakEn: SoakTable = {
  verdicts: { passed: 'Passed', failed: 'NOT PASSED' },
  ends: {
    done: 'completed',
    interrupted: 'interrupted: evaluated for the sessions run',
    'given-up': 'aborted: no card or no service for too long',
  },
  results: { passed: 'passed', failed: 'FAILED', skipped: 'not evaluated' },
  checks: {
    sessions: 'Sessions that succeeded',
    errors: 'Unexplained errors',
    internal: 'Errors without a code',
    pin: 'PIN not accepted',
    heap: 'Heap, last tenth to first',
    handles: 'Additional handles since the first tenth',
    latency: 'Time of an exchange, last tenth to first',
  },
  measured: ({ id, value, limit, status }) => {
    if (status === 'skipped') return id === 'pin' ? 'no PIN was given' : 'too short, or not measured'
    if (id === 'sessions') return String(value)
    return id === 'heap' || id === 'latency' ? `${value.toFixed(3)} (at most ${limit})` : `${value} (at most ${limit})`
  },
  stages: { wait: 'waiting', connect: 'connecting', session: 'in a session', close: 'closing' },
  counted: (count, unexpected) => `${count} times, ${unexpected} of them unexplained`,
  sums: ({ sessions, failed, faulty }) =>
    `${sessions} sessions, ${failed} not finished, ${faulty} with an injected fault`,
  outages: (count, seconds) => `${count} outages; ${seconds.toFixed(0)} s waited for card or service`,
  headings: { errors: 'Errors', verdict: 'Verdict', tenths: 'Tenth by tenth' },
  columns: ['Tenth', 'Sessions', 'Failed', 'Session ms', 'Exchange ms', 'Heap MB', 'Resources', 'Descriptors'],
  progress: (percent, sessions, failed) => `${percent} %  ${sessions} sessions, ${failed} not finished`,
  waitingFor: { card: 'waiting for a card', service: 'waiting for the smart card service' },
}

const tables: Readonly<Record<ReportLanguage, SoakTable>> = { en: soakEn, ja: soakJa }

/** Texts of the reports of soak tests. */
export function soakTexts(language: ReportLanguage): SoakTable {
  return tables[language]
}
