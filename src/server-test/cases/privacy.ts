import type { Probe } from '../probe.ts'
import { type Verdict, verdict } from '../verdict.ts'
import type { EvaluationCase } from './case.ts'
import { signatures } from './signature.ts'

/** Run after the others, because it examines all refusals so far. */
export const privacyCase: EvaluationCase = {
  id: 'refusals-without-personal-data',
  family: 'privacy',
  expected: 'refuse',
  codes: ['ERR_TOKEN_SIGNATURE'],
  title: {
    en: 'Certificate, signature, name or serial number in the body of a refusal',
    ja: '拒否の応答に含まれる電子証明書、署名値、氏名、発行番号',
  },
  why: {
    en: 'Errors are written to logs of terminals, proxies and browsers, where personal data must not go.',
    ja: 'エラーは端末・中継機・ブラウザーの記録に残ります。そこに個人情報を残してはなりません。',
  },
  run: lookBack,
}

async function lookBack(probe: Probe): Promise<Verdict> {
  // At least one refusal each of a certificate and of a signature, whatever else was run.
  const answers = [await probe.play({ credential: 'expired' }), await probe.play({ sign: signatures.altered })]
  const { found, count } = probe.leaks
  const [leak] = found
  if (leak !== undefined) return { result: 'failed', reason: 'personal-data', came: `${leak.came}: ${leak.what}` }
  if (count === 0) return verdict('not-run', 'proves-nothing', answers[0]!)
  return { result: 'passed', reason: 'as-expected', came: String(count) }
}
