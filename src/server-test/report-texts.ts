import type { Family, Language } from './cases/case.ts'
import type { Reason, Verdict } from './verdict.ts'

/** Texts of the reports in one language. */
export interface ReportTexts {
  readonly title: string
  readonly summary: string
  readonly server: string
  readonly startedAt: string
  readonly duration: string
  readonly results: Readonly<Record<Verdict['result'], string>>
  readonly families: Readonly<Record<Family, string>>
  readonly expected: string
  readonly expectations: Readonly<Record<'accept' | 'refuse', string>>
  readonly sent: string
  readonly came: string
  readonly finding: string
  readonly why: string
  readonly incidents: string
  readonly excerpt: string
  readonly reasons: Readonly<Record<Reason, string>>
}

const en: ReportTexts = {
  title: 'Evaluation of an issuance server',
  summary: 'Summary',
  server: 'Server',
  startedAt: 'Started',
  duration: 'Duration',
  results: { passed: 'passed', warned: 'passed with a warning', failed: 'FAILED', 'not-run': 'not run' },
  families: {
    good: 'Good tokens and challenges',
    nonce: 'Challenges used once',
    claims: 'Claims',
    certificate: 'Certificates',
    signature: 'Signatures and algorithms',
    body: 'Bodies',
    connection: 'Connections',
    concurrency: 'Many persons at once',
    privacy: 'Personal data',
    issue: 'From the card to the tray',
    simultaneous: 'Requests at the same moment',
    composer: 'Faults of the composer',
    register: 'Faults of the registers',
    release: 'Who gets a document, and when',
    request: 'Requests with faults',
    restart: 'Processes and stores that end',
    instances: 'Several instances',
    load: 'High load',
  },
  expected: 'Expected',
  expectations: { accept: 'acceptance', refuse: 'a refusal with a code' },
  sent: 'Sent',
  came: 'Came',
  finding: 'Finding',
  why: 'Why it matters',
  incidents: 'Incident it replays',
  excerpt: 'Beginning of the answer',
  reasons: {
    'as-expected': 'as expected',
    'other-code': 'refused, with another code than expected',
    'connection-ended': 'the server ended the connection',
    'not-offered': 'not offered, and refused properly',
    'older-format': 'format 1 is served: nothing can be encrypted to the visit of its tokens',
    accepted: 'accepted, and must not be',
    refused: 'refused, and must not be',
    'no-code': 'refused without a code a terminal could act on',
    'server-error': 'an error inside the server',
    'no-answer': 'no answer',
    'endless-answer': 'an answer that is too long',
    redirect: 'a redirect, or another answer that is neither acceptance nor refusal',
    malformed: 'an answer that does not follow the interface',
    'no-challenge': 'the server gave no challenge',
    'not-exactly-one': 'more or fewer than one accepted',
    'not-cut-off': 'the slow sender was not cut off in time',
    'personal-data': 'the answer holds personal data',
    'other-holder': 'holders are mixed up, or not recognised again',
    'other-transaction': 'an answer that belongs to another challenge, terminal or purpose',
    'repeated-nonce': 'a nonce was repeated',
    'other-document': 'a terminal opened a document of another person, case or request',
    'not-for-this-visit': 'the document was not sealed for this visit, or cannot be opened',
    'no-document': 'a right request got no document in the time of its case',
    issued: 'a document was issued, and must not be',
    'released-twice': 'a document was released twice',
    'not-stopped': 'refused; such a mismatch should also stop issuing until a clerk resumes it',
    'stopped-needlessly': 'refused; issuing was stopped for a fault that concerns this case only',
    'not-resumed': 'issuing is stopped, and could not be resumed',
    'not-ended': 'the case did not end',
    'case-lost': 'a case is not known any more',
    forgotten: 'in part: no document came of the case that the store forgot; that a case ends does not apply to it',
    'not-applicable': 'does not apply to a store that forgets when the server ends',
    'town-not-asked': 'the server did not ask the registers and the composer of this tool',
    'reason-disclosed': 'the terminal learns why the register refuses',
    'still-ready': 'ready, although it must not be',
    'not-back': 'the server did not come back',
    'command-failed': 'a command of --control failed',
    'not-configured': 'needs a command, an address or a credential that was not given',
    'tool-failed': 'an error in this tool: please report it',
    'rate-limited': 'the server asks for fewer requests: allow more for the evaluation',
    'server-unready': 'the server cannot work now, which proves nothing',
    'waiting-too-long': 'the wait would be longer than allowed',
    'proves-nothing': 'the good token was not accepted, so a refusal proves nothing',
    interrupted: 'interrupted',
  },
}

const ja: ReportTexts = {
  title: '発行サーバーの事前評価',
  summary: '概要',
  server: 'サーバー',
  startedAt: '開始',
  duration: '所要時間',
  results: { passed: '合格', warned: '合格（要確認）', failed: '不合格', 'not-run': '未実施' },
  families: {
    good: '正しいトークンとチャレンジ',
    nonce: 'チャレンジの使い切り',
    claims: '申告内容',
    certificate: '電子証明書',
    signature: '署名とアルゴリズム',
    body: '本文',
    connection: '接続',
    concurrency: '同時利用',
    privacy: '個人情報',
    issue: 'カードから受取口まで',
    simultaneous: '同時の申請',
    composer: '帳票作成の異常',
    register: '台帳の異常',
    release: '証明書の引渡し',
    request: '誤った要求',
    restart: 'プロセスとストアの停止',
    instances: '複数のインスタンス',
    load: '高負荷',
  },
  expected: '期待する応答',
  expectations: { accept: '受理', refuse: 'コードを付けた拒否' },
  sent: '送ったもの',
  came: '返ってきたもの',
  finding: '判定の理由',
  why: '必要な理由',
  incidents: '再現する事案',
  excerpt: '応答の先頭',
  reasons: {
    'as-expected': '期待どおり',
    'other-code': '拒否したが、コードが期待と異なる',
    'connection-ended': 'サーバーが接続を切断した',
    'not-offered': '対応しておらず、正しく拒否した',
    'older-format': '形式1に対応している。そのトークンでは、発行するものを来訪の鍵で暗号化できない',
    accepted: '拒否すべきものを受理した',
    refused: '受理すべきものを拒否した',
    'no-code': '端末が判断できるコードなしに拒否した',
    'server-error': 'サーバー内部のエラー',
    'no-answer': '応答がない',
    'endless-answer': '応答が長すぎる',
    redirect: 'リダイレクトなど、受理でも拒否でもない応答',
    malformed: '応答の形がインターフェースと異なる',
    'no-challenge': 'サーバーがチャレンジを発行しない',
    'not-exactly-one': '受理がちょうど1回ではない',
    'not-cut-off': '遅い送信者を時間内に打ち切らない',
    'personal-data': '応答に個人情報が含まれる',
    'other-holder': '利用者を取り違えた、または同じ人と認識しない',
    'other-transaction': '別のチャレンジ・端末・用途に対する応答だった',
    'repeated-nonce': '同じナンスが二度使われた',
    'other-document': '端末が、別の人・受付・要求の証明書を開いた',
    'not-for-this-visit': 'この来訪に向けて封をした証明書ではない、または開けない',
    'no-document': '正しい申請なのに、受付の期限までに証明書が得られない',
    issued: '発行してはならない証明書を発行した',
    'released-twice': '同じ証明書を二度引き渡した',
    'not-stopped': '拒否したが、このような不一致では、職員が再開するまで発行を停止すべき',
    'stopped-needlessly': '拒否したが、この受付だけの異常で発行を停止した',
    'not-resumed': '発行が停止しており、再開できない',
    'not-ended': '受付が終了しない',
    'case-lost': '受付が失われた',
    forgotten: '一部のみ確認：ストアが忘れた受付から証明書は出なかった。受付が終了することの要件は当てはまらない',
    'not-applicable': 'サーバーの終了とともに内容を失うストアには当てはまらない',
    'town-not-asked': '本ツールの台帳と帳票作成に問い合わせがない',
    'reason-disclosed': '台帳が拒否した理由が端末に伝わる',
    'still-ready': '準備完了としてはならないのに、準備完了と応答する',
    'not-back': 'サーバーが復帰しない',
    'command-failed': '--control のコマンドが失敗した',
    'not-configured': '必要なコマンド・アドレス・認証情報が指定されていない',
    'tool-failed': '本ツールの不具合（ご報告ください）',
    'rate-limited': '要求が多すぎるとして拒否された（評価中は上限を緩めてください）',
    'server-unready': 'サーバーが動作できる状態になく、何も確かめられない',
    'waiting-too-long': '許された時間より長く待つ必要がある',
    'proves-nothing': '正しいトークンが受理されないため、拒否しても何も確かめられない',
    interrupted: '中断',
  },
}

const texts: Readonly<Record<Language, ReportTexts>> = { en, ja }

/** Texts in a language. */
export function reportTexts(language: Language): ReportTexts {
  return texts[language]
}
