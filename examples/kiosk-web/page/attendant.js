// The view of the staff: states and counters of each machine, and what to do about the last refusals. It serves no customer.
import { ask, keepConnected } from './connection.js'

const words = {
  ja: {
    title: '係員の画面',
    other: 'English',
    lost: 'ブリッジに接続できません',
    states: {
      ready: '利用できます',
      'no-reader': 'リーダーがありません',
      'no-service': 'カードサービスが停止しています',
      trouble: 'リーダーのカードが使えません',
    },
    readers: 'リーダー',
    card: 'カードあり',
    empty: 'カードなし',
    visits: '利用者数',
    outcomes: '結果',
    kinds: {
      issued: '発行した',
      accepted: '本人確認できた',
      refused: '利用できなかった',
      cancelled: '取り消した',
      inactive: '操作がなかった',
      removed: '途中でカードを取った',
    },
    refusals: '最近の「利用できなかった」',
    columns: ['時刻', 'コード', '回数', '状況と対応'],
    none: 'ありません',
  },
  en: {
    title: 'Attendant',
    other: '日本語',
    lost: 'The bridge cannot be reached',
    states: {
      ready: 'Ready',
      'no-reader': 'No reader',
      'no-service': 'Smart card service stopped',
      trouble: 'The card in the reader cannot be used',
    },
    readers: 'Readers',
    card: 'card placed',
    empty: 'no card',
    visits: 'Customers',
    outcomes: 'Outcomes',
    kinds: {
      issued: 'Issued',
      accepted: 'Identity confirmed',
      refused: 'Refused',
      cancelled: 'Cancelled',
      inactive: 'Nothing pressed',
      removed: 'Card taken too early',
    },
    refusals: 'Last refusals',
    columns: ['Time', 'Code', 'Times', 'What happened, what to do'],
    none: 'None',
  },
}

/** How often the state is asked for, besides each change of a reader, milliseconds. */
const everyMs = 2_000

const part = (id) => document.getElementById(id)
let language = 'ja'
/** By name: the last state, and when each refusal was last seen. */
const machines = new Map()
/** Texts for the clerk, by language and code. */
const texts = new Map()

async function textOf(reason) {
  const key = `${language} ${reason}`
  if (!texts.has(key)) texts.set(key, await ask('/text', { reason, language }))
  return texts.get(key)
}

async function show() {
  const own = words[language]
  const sections = []
  for (const [name, machine] of machines) sections.push(await sectionOf(name, machine, own))
  document.documentElement.lang = language
  document.title = own.title
  part('title').textContent = own.title
  part('language').textContent = own.other
  part('language').lang = language === 'ja' ? 'en' : 'ja'
  part('machines').replaceChildren(...sections)
}

async function sectionOf(name, { state, seen }, own) {
  const section = element('section')
  section.dataset.machine = name
  section.append(element('h2', name))
  if (state === undefined) {
    section.append(element('p', own.lost))
    return section
  }
  const { counts, readers } = state
  section.dataset.state = state.state
  section.append(element('p', own.states[state.state]))
  const cards = readers.map(
    (one) => `${one.name}: ${one.card ? own.card : own.empty}${one.trouble ? ` (${one.trouble})` : ''}`,
  )
  section.append(element('p', `${own.readers}: ${cards.join(', ')}`), element('p', `${own.visits}: ${counts.visits}`))
  const outcomes = Object.entries(counts.outcomes).map(([kind, n]) => `${own.kinds[kind] ?? kind} ${n}`)
  section.append(element('p', `${own.outcomes}: ${outcomes.join(', ') || own.none}`))
  section.append(await refusalsOf(counts.refusals, seen, own))
  return section
}

async function refusalsOf(refusals, seen, own) {
  const table = element('table')
  table.append(element('caption', own.refusals))
  const head = element('tr')
  for (const name of own.columns) {
    const cell = element('th', name)
    cell.scope = 'col'
    head.append(cell)
  }
  table.append(head)
  const last = Object.entries(refusals).sort(([a], [b]) => seen.get(b).at - seen.get(a).at)
  for (const [code, times] of last) {
    const { title, text, next } = await textOf(code)
    const row = element('tr')
    const time = new Date(seen.get(code).at).toLocaleTimeString(language)
    row.append(element('td', time), element('td', code), element('td', String(times)))
    row.append(element('td', `${title}: ${text} ${next}`))
    table.append(row)
  }
  return last.length > 0 ? table : element('p', `${own.refusals}: ${own.none}`)
}

function element(tag, text = '') {
  const made = document.createElement(tag)
  made.textContent = text
  return made
}

function take(machine, state) {
  machine.state = state
  for (const [code, times] of Object.entries(state?.counts.refusals ?? {})) {
    if (machine.seen.get(code)?.times !== times) machine.seen.set(code, { times, at: Date.now() })
  }
  return show()
}

part('language').addEventListener('click', () => {
  language = language === 'ja' ? 'en' : 'ja'
  return show()
})

for (const { name, bridge } of await ask('/machines.json')) {
  const machine = { state: undefined, seen: new Map() }
  machines.set(name, machine)
  let timer
  keepConnected({
    bridge,
    key: `bridge-session-${name}`,
    secret: async () => (await ask('/secret', { machine: name })).secret,
    connected(client) {
      // A connection that has just ended has its own end.
      const look = () =>
        client.call('state', {}).then(
          (state) => take(machine, state),
          () => {},
        )
      client.on('reader', look)
      client.on('removed', look)
      timer = setInterval(look, everyMs)
      return look()
    },
    lost() {
      clearInterval(timer)
      return take(machine, undefined)
    },
  })
}
await show()
