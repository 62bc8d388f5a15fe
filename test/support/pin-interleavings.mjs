// Calls for one municipal PIN that overlap, on two servers with one store. Each operation on the store and the audit log
// waits for its turn, and whose turn is next is drawn: every interleaving of them can come. The answers and what is left
// in the end must be those of the same calls one after another, in an order that no answer contradicts.

const bytes = (text) => new Uint8Array(Buffer.from(text))
const kind = 'residence-record'
const keys = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)]
const byClerk = ['register', 'remove', 'lock', 'unlock']

/** Numbers from 0 to below 1, the same for the same seed (mulberry32). */
export function seeded(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Calls to overlap: two to four callers with one or two calls each, after a few calls one after another. */
export function drawPlan(random) {
  const below = (limit) => Math.floor(random() * limit)
  const pin = () => ['1111', '2222'][below(2)]
  const call = () => {
    const what = ['verify', 'verify', 'verify', 'change', ...byClerk][below(8)]
    return { what, server: below(2), pin: pin(), next: pin() }
  }
  const calls = (least, most) => Array.from({ length: least + below(most - least + 1) }, call)
  return {
    maxTries: 1 + below(3),
    maxWrongTries: below(3) === 0 ? 1 + below(4) : undefined,
    rotated: below(3) === 0,
    before: [...(below(4) > 0 ? [{ what: 'register', server: below(2), pin: pin(), next: '' }] : []), ...calls(0, 2)],
    callers: Array.from({ length: 2 + below(3) }, () => calls(1, 2)),
  }
}

/** Whose turn it is. */
function turns() {
  const waiting = []
  let running = 0
  let quiet = () => {}
  const look = () => running === waiting.length && quiet()
  return {
    turn: () =>
      new Promise((resolve) => {
        waiting.push(resolve)
        look()
      }),
    run(body) {
      running++
      const end = () => {
        running--
        look()
      }
      return body().finally(end)
    },
    /** Lets one after another go on, each as far as its next operation. */
    async play(pick) {
      for (;;) {
        if (running !== waiting.length) {
          await new Promise((resolve) => {
            quiet = resolve
          })
          quiet = () => {}
        }
        if (running === 0) return
        waiting.splice(pick(waiting.length), 1)[0]()
      }
    },
  }
}

/**
 * Plays a plan. `pick(n)` draws one of n. Returns undefined, or what happened if no order of the calls explains it.
 */
export async function playInterleaving({ MunicipalPins, stores, user, plan, pick }) {
  const { turn, run, play } = turns()
  let open = true
  const gated =
    (call) =>
    async (...given) => {
      if (open) return call(...given)
      await turn()
      return call(...given)
    }
  const { maxTries, maxWrongTries, rotated } = plan
  const servers = stores.map((store, i) => {
    const own = rotated ? i : 0
    const names = ['read', 'count', 'reset', 'write', 'remove', 'increment', 'compareAndSet']
    return new MunicipalPins({
      store: Object.fromEntries(names.map((name) => [name, gated(store[name])])),
      serverKey: keys[own],
      formerKeys: rotated ? [keys[1 - own]] : [],
      audit: { write: gated(async () => {}) },
      scrypt: { N: 2, r: 1, p: 1 },
      hashing: { atOnce: 16, waiting: 100 },
      maxTries,
      maxWrongTries,
    })
  })
  let clock = 0
  const history = []
  const perform = async (call) => {
    const { what, server, pin, next } = call
    const pins = servers[server]
    const entry = { ...call, invoked: clock++ }
    const done = {
      register: () => pins.register(user, kind, bytes(pin), { clerk: 'c' }),
      verify: () => pins.verify(user, kind, bytes(pin), { terminal: 't' }),
      change: () => pins.change(user, kind, bytes(pin), bytes(next), { terminal: 't' }),
      remove: () => pins.remove(user, kind, { clerk: 'c' }),
      lock: () => pins.lock(user, kind, { clerk: 'c' }),
      unlock: () => pins.unlock(user, kind, { clerk: 'c' }),
    }[what]()
    entry.result = await done.then(
      () => 'ok',
      (error) => {
        entry.locks = error.message === 'the last try was spent'
        return error.code ?? String(error)
      },
    )
    entry.answered = clock++
    history.push(entry)
  }
  for (const call of plan.before) await perform(call)
  open = false
  const all = plan.callers.map((calls) =>
    run(async () => {
      for (const call of calls) await perform(call)
    }),
  )
  await play(pick)
  await Promise.all(all)
  open = true
  const finals = []
  for (const server of servers) {
    const { registered, locked, triesLeft } = await server.status(user, kind)
    finals.push({ registered, locked, triesLeft })
  }
  const atCitizens = history.filter(({ what }) => !byClerk.includes(what))
  for (const call of history) {
    const overlaps = (one) => one !== call && one.invoked < call.answered && call.invoked < one.answered
    call.overlapping = atCitizens.filter(overlaps).length
  }
  const start = { pin: undefined, wrong: 0, wrongTries: 0, locked: false }
  const limits = { maxTries, maxWrongTries: maxWrongTries ?? Number.POSITIVE_INFINITY }
  const explained = finals.every((final) => lockStands(history, final) && explains(start, history, final, limits))
  return explained ? undefined : { plan, history, finals }
}

/** Whether it is locked in the end if the last try was spent and no clerk acted then or later. */
function lockStands(history, { locked }) {
  const opened = history.filter(({ what, result }) => byClerk.includes(what) && result === 'ok')
  const lasting = ({ locks, invoked }) => locks && !opened.some(({ answered }) => answered > invoked)
  return locked || !history.some(lasting)
}

/** Whether the calls not yet placed can follow in some order, each with its answer. */
function explains(state, rest, final, limits) {
  if (rest.length === 0) return isFinal(state, final, limits)
  const firstAnswer = Math.min(...rest.map(({ answered }) => answered))
  return rest.some((call) => {
    // One that was answered before this one was called comes before it.
    if (call.invoked > firstAnswer) return false
    const others = rest.filter((one) => one !== call)
    const { result, next } = apply(state, call, limits)
    if (result === call.result && explains(next, others, final, limits)) return true
    return refusedByOthers(state, call, limits).some((after) => explains(after, others, final, limits))
  })
}

function isFinal(state, { registered, locked, triesLeft }, limits) {
  const left = isLocked(state, limits) ? 0 : tries(state, limits)
  return registered === (state.pin !== undefined) && locked === (left === 0) && triesLeft === left
}

const tries = ({ wrong, wrongTries }, limits) => Math.min(limits.maxTries - wrong, limits.maxWrongTries - wrongTries)
const isLocked = (state, limits) => state.locked || tries(state, limits) <= 0

/**
 * Tries that overlap may take the last ones. A call is refused then: without any effect, or, when the last wrong one has
 * locked the PIN while it was compared, its try being spent.
 */
function refusedByOthers(state, { what, result, overlapping }, limits) {
  if (byClerk.includes(what) || result !== 'ERR_MUNICIPAL_PIN_LOCKED') return []
  if (overlapping === 0 || isLocked(state, limits)) return []
  const left = tries(state, limits)
  return [
    ...(left <= overlapping ? [state] : []),
    ...(left <= overlapping + 1 ? [{ ...state, wrong: state.wrong + 1, wrongTries: state.wrongTries + 1 }] : []),
    ...(left <= overlapping + 1 ? [{ ...state, wrong: state.wrong + 1 }] : []),
  ]
}

/** One call alone: its answer, and what is kept afterwards. */
function apply(state, { what, pin, next }, limits) {
  const none = { pin: undefined, wrong: 0, wrongTries: 0, locked: false }
  if (what === 'register') return { result: 'ok', next: { ...none, pin } }
  if (byClerk.includes(what)) {
    if (state.pin === undefined) return { result: 'ERR_MUNICIPAL_PIN_NOT_REGISTERED', next: state }
    if (what === 'remove') return { result: 'ok', next: none }
    if (what === 'lock') return { result: 'ok', next: { ...state, locked: true } }
    return { result: 'ok', next: { ...none, pin: state.pin } }
  }
  if (isLocked(state, limits)) return { result: 'ERR_MUNICIPAL_PIN_LOCKED', next: state }
  if (pin === state.pin) return { result: 'ok', next: { ...state, pin: what === 'change' ? next : pin, wrong: 0 } }
  const tried = { ...state, wrong: state.wrong + 1, wrongTries: state.wrongTries + 1 }
  const result = isLocked(tried, limits) ? 'ERR_MUNICIPAL_PIN_LOCKED' : 'ERR_MUNICIPAL_PIN_REJECTED'
  return { result, next: tried }
}
