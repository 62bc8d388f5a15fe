/** Faulty connections. */

import type { Probe } from '../probe.ts'
import { expectAcceptance, expectRefusal, type Verdict, verdict } from '../verdict.ts'
import { type CaseText, type EvaluationCase, refusing } from './case.ts'

const slow: CaseText = {
  id: 'connection-slow-body',
  codes: ['ERR_TOKEN', 'ERR_REQUEST_TIMEOUT'],
  title: { en: 'A good token, one byte a second', ja: '1秒に1バイトずつ送る正しいトークン' },
  why: {
    en: 'A few slow senders must not hold all connections: the server cuts them off within a minute.',
    ja: '少数の遅い送信者に全接続を占有されないよう、サーバーは1分以内に打ち切らなければなりません。',
  },
}

export const connectionCases: readonly EvaluationCase[] = [
  refusing(
    'connection',
    {
      id: 'connection-get',
      codes: ['ERR_TOKEN', 'ERR_METHOD'],
      orUncoded: [400, 404, 405],
      title: { en: 'GET where tokens are submitted', ja: 'トークンの提出先への GET' },
      why: {
        en: 'Proxies and browsers repeat, cache and log GET requests.',
        ja: 'GET は、経路上の機器によって再送・保存・記録されます。',
      },
    },
    (probe) => probe.sendToken({ method: 'GET' }),
  ),
  {
    id: 'connection-dropped',
    family: 'connection',
    expected: 'accept',
    codes: [],
    title: {
      en: 'A connection dropped in the middle of a token, then a good token',
      ja: '送信途中の切断と、その後の正しいトークン',
    },
    why: {
      en: 'Terminals lose power and networks. Other terminals must not be affected.',
      ja: '端末の電源や回線は切れることがあります。他の利用者に影響してはなりません。',
    },
    run: afterDrop,
  },
  { ...slow, family: 'connection', expected: 'refuse', waits: true, run: slowly },
]

async function goodBody(probe: Probe): Promise<Uint8Array> {
  return Buffer.from(JSON.stringify({ token: await probe.token(await probe.challenge()) }))
}

async function afterDrop(probe: Probe): Promise<Verdict> {
  for (let i = 0; i < 5; i++) await probe.sendToken({ body: await goodBody(probe), dropHalfway: true })
  return expectAcceptance(await probe.play(), { terminal: probe.terminal.name, purpose: probe.purpose })
}

async function slowly(probe: Probe): Promise<Verdict> {
  const timeoutMs = Math.min(probe.cutOffMs, probe.maxWaitMs)
  const answer = await probe.sendToken({ body: await goodBody(probe), slowly: true, timeoutMs })
  if (answer.kind === 'silence' && answer.why === 'timeout') {
    return timeoutMs < probe.cutOffMs
      ? verdict('not-run', 'waiting-too-long', answer)
      : verdict('failed', 'not-cut-off', answer)
  }
  return expectRefusal(answer, { codes: slow.codes, orUncoded: [400, 408, 413] })
}
