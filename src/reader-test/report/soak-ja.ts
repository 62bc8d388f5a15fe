import type { SoakTable } from './soak-table.ts'

/** Japanese. */
export const soakJa: SoakTable = {
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
