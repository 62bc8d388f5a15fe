// The panel of the trial: what residents and technicians do.
const part = (id) => document.getElementById(id)
let shown = ''

async function act(body) {
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  const response = await fetch('/do', init)
  if (response.ok) show(await response.json())
}

async function look() {
  const response = await fetch('/state.json').catch(() => undefined)
  if (response?.ok) show(await response.json())
}

function show(state) {
  const text = JSON.stringify(state)
  if (text === shown) return
  shown = text
  const focused = document.activeElement?.id
  const { machines, residents, server } = state
  part('machines').replaceChildren(...machines.map((machine) => machineOf(machine, residents)))
  part('residents').replaceChildren(...residents.map((resident) => residentOf(resident, machines)))
  const other = button('', server ? 'サーバーを止める / Stop the server' : 'サーバーを動かす / Start the server', {
    action: 'server',
    on: !server,
  })
  other.id = 'server'
  part('server').replaceWith(other)
  part(focused)?.focus()
}

function machineOf({ name, page, placed, paper, readers, bridge, printed }, residents) {
  const section = element('section')
  const holder = residents.find(({ id }) => id === placed)
  const link = element('a', name)
  link.href = page
  link.target = '_blank'
  const heading = element('h2')
  heading.append(link)
  section.append(
    heading,
    element('p', holder ? `${holder.name}（${holder.kind.ja} / ${holder.kind.en}）` : 'カードなし / No card'),
    row(
      button(`take-${name}`, 'カードを取る / Take the card', { action: 'take', machine: name }, placed === undefined),
      toggle(name, 'paper', paper, ['用紙を切らす / Out of paper', '用紙を入れる / Load paper']),
      toggle(name, 'readers', readers, ['リーダーのサービスを止める / Stop the readers', '動かす / Start the readers']),
      toggle(name, 'bridge', bridge, ['ブリッジを止める / Stop the bridge', '動かす / Start the bridge']),
    ),
  )
  const list = element('ul')
  for (const file of printed) {
    const paperLink = element('a', file)
    paperLink.href = `/printed/${name}/${file}`
    paperLink.target = '_blank'
    const item = element('li')
    item.append(paperLink)
    list.append(item)
  }
  if (printed.length > 0) section.append(list)
  return section
}

function residentOf({ id, name, kind, mood, pin }, machines) {
  const line = element('tr')
  const head = element('th', name)
  head.scope = 'row'
  const holds = element('td', `${kind.ja} / ${kind.en}`)
  const places = element('td')
  const isPlaced = machines.some(({ placed }) => placed === id)
  places.append(
    row(
      ...machines.map((machine) => {
        const body = { action: 'place', machine: machine.name, resident: id }
        const isDisabled = isPlaced || machine.placed !== undefined || !machine.readers
        return button(`place-${mood}-${id}-${machine.name}`, machine.name, body, isDisabled)
      }),
    ),
  )
  line.append(head, holds, element('td', pin ?? '–'), places)
  return line
}

function toggle(machine, action, isOn, [off, on]) {
  return button(`${action}-${machine}`, isOn ? off : on, { action, machine, on: !isOn })
}

function button(id, label, body, isDisabled = false) {
  const made = element('button', label)
  made.id = id
  made.type = 'button'
  made.disabled = isDisabled
  made.addEventListener('click', () => act(body))
  return made
}

function row(...parts) {
  const made = element('p')
  for (const one of parts) made.append(one, ' ')
  return made
}

function element(tag, text = '') {
  const made = document.createElement(tag)
  made.textContent = text
  return made
}

await look()
setInterval(look, 1_000)
