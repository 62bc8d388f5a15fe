// Pictures of the screens, drawn from a few shapes: one table says what is on each, by step and by situation. They decorate: what
// they show is also said in words.

/** Shapes as SVG elements, in a square of 200. `soft` areas are filled lightly; everything else is a line. */
const shapes = {
  card: [
    ['rect', { x: 22, y: 52, width: 156, height: 100, rx: 12, class: 'soft' }],
    ['circle', { cx: 62, cy: 92, r: 16 }],
    ['path', { d: 'M36 134a26 20 0 0 1 52 0' }],
    ['path', { d: 'M106 84h52M106 104h52M106 124h32' }],
  ],
  placing: [
    ['rect', { x: 46, y: 20, width: 108, height: 68, rx: 10, class: 'soft' }],
    ['circle', { cx: 74, cy: 48, r: 10 }],
    ['path', { d: 'M58 74a16 12 0 0 1 32 0M104 44h34M104 60h34' }],
    ['path', { d: 'M100 98v34M84 118l16 16 16-16' }],
    ['path', { d: 'M24 150h152l-12 34H36z', class: 'soft' }],
  ],
  phone: [
    ['rect', { x: 58, y: 18, width: 84, height: 164, rx: 16, class: 'soft' }],
    ['path', { d: 'M88 162h24' }],
    ['circle', { cx: 100, cy: 76, r: 18 }],
    ['path', { d: 'M72 124a28 22 0 0 1 56 0' }],
  ],
  search: [
    ['rect', { x: 22, y: 44, width: 130, height: 84, rx: 12, class: 'soft' }],
    ['path', { d: 'M44 74h52M44 98h34' }],
    ['circle', { cx: 124, cy: 112, r: 34, class: 'paper' }],
    ['path', { d: 'M149 138l30 32' }],
  ],
  papers: [
    ['path', { d: 'M56 34h72l32 32v92H56z', class: 'soft' }],
    ['path', { d: 'M128 34v32h32M78 92h60M78 114h60M78 136h36' }],
    ['path', { d: 'M40 54v122h100' }],
  ],
  keypad: [
    ['rect', { x: 48, y: 20, width: 104, height: 160, rx: 14, class: 'soft' }],
    ['rect', { x: 66, y: 38, width: 68, height: 26, rx: 5, class: 'paper' }],
    ...[88, 116, 144].flatMap((y) => [72, 100, 128].map((x) => ['circle', { cx: x, cy: y + 6, r: 6, class: 'ink' }])),
  ],
  certificate: [
    ['rect', { x: 26, y: 34, width: 148, height: 108, rx: 8, class: 'soft' }],
    ['path', { d: 'M50 64h100M50 86h64' }],
    ['circle', { cx: 134, cy: 122, r: 24, class: 'paper' }],
    ['path', { d: 'M120 142v38l14-10 14 10v-38' }],
  ],
  online: [
    ['rect', { x: 24, y: 36, width: 152, height: 100, rx: 10, class: 'soft' }],
    ['path', { d: 'M100 136v28M64 166h72' }],
    ['path', { d: 'M58 86a60 60 0 0 1 84 0M74 104a36 36 0 0 1 52 0' }],
    ['circle', { cx: 100, cy: 118, r: 4, class: 'ink' }],
  ],
  person: [
    ['circle', { cx: 100, cy: 66, r: 34, class: 'soft' }],
    ['path', { d: 'M34 172a66 58 0 0 1 132 0z', class: 'soft' }],
  ],
  printer: [
    ['path', { d: 'M58 78V26h84v52', class: 'paper' }],
    ['rect', { x: 26, y: 78, width: 148, height: 66, rx: 10, class: 'soft' }],
    ['path', { d: 'M56 120h88v56H56z', class: 'paper' }],
    ['path', { d: 'M76 140h48M76 158h48' }],
  ],
  clock: [
    ['circle', { cx: 100, cy: 100, r: 72, class: 'soft' }],
    ['path', { d: 'M100 54v48l32 22' }],
  ],
  counter: [
    ['circle', { cx: 100, cy: 52, r: 26, class: 'soft' }],
    ['path', { d: 'M52 122a48 42 0 0 1 96 0', class: 'soft' }],
    ['path', { d: 'M20 124h160v16H20zM34 140v38M166 140v38' }],
  ],
  machine: [
    ['rect', { x: 44, y: 16, width: 112, height: 168, rx: 10, class: 'soft' }],
    ['rect', { x: 62, y: 34, width: 76, height: 56, rx: 5, class: 'paper' }],
    ['path', { d: 'M64 118h32M64 150h72M120 118h16' }],
  ],
  stripe: [
    ['rect', { x: 22, y: 52, width: 156, height: 100, rx: 12, class: 'soft' }],
    ['path', { d: 'M22 84h156M44 120h60' }],
  ],
}

/** What a picture adds in its corner. */
const badges = {
  check: [['path', { d: 'M141 158l12 12 22-26' }]],
  cross: [['path', { d: 'M146 146l24 24M170 146l-24 24' }]],
  attention: [
    ['path', { d: 'M158 140v20' }],
    ['path', { d: 'M158 172v.5' }],
  ],
  question: [
    ['path', { d: 'M149 148a9 9 0 1 1 13 8c-3 2-4 4-4 7' }],
    ['path', { d: 'M158 173v.5' }],
  ],
  lock: [
    ['path', { d: 'M148 157v-7a10 10 0 0 1 20 0v7' }],
    ['rect', { x: 145, y: 157, width: 26, height: 17, rx: 3, class: 'ink' }],
  ],
  up: [['path', { d: 'M158 174v-32M145 154l13-13 13 13' }]],
  wait: [['path', { d: 'M147 142h22M147 174h22M150 142c0 16 16 16 16 32M166 142c0 16-16 16-16 32' }]],
  again: [['path', { d: 'M172 158a14 14 0 1 1-5-11M168 138v11h-11' }]],
}

/** By step of a visit, by situation, and by screen of the page itself: a shape, and what it adds. */
export const pictures = {
  'place-card': ['placing'],
  checking: ['search', 'wait'],
  found: ['card', 'check'],
  choose: ['papers', 'question'],
  'choose-documents': ['papers', 'question'],
  'enter-pin': ['keypad'],
  'enter-pin-on-reader': ['keypad'],
  'verify-on-phone': ['phone', 'attention'],
  authenticating: ['online', 'wait'],
  accepted: ['person', 'check'],
  printing: ['printer', 'wait'],
  'take-card': ['card', 'up'],
  'take-paper': ['papers', 'up'],
  'forgotten-card': ['card', 'attention'],
  ended: ['person', 'check'],
  'more-time': ['clock', 'question'],
  inactive: ['clock', 'cross'],
  'out-of-service': ['machine', 'cross'],

  'insert-card': ['placing'],
  'timed-out': ['clock', 'cross'],
  cancelled: ['machine', 'cross'],
  'card-removed': ['placing', 'cross'],
  'card-unreadable': ['card', 'question'],
  'connection-lost': ['card', 'again'],
  busy: ['machine', 'wait'],
  'out-of-order': ['machine', 'attention'],
  'begin-again': ['card', 'again'],
  'too-late': ['clock', 'again'],
  'other-card': ['card', 'cross'],
  'card-not-understood': ['card', 'question'],
  'number-or-card': ['keypad', 'question'],
  'swipe-again': ['stripe', 'again'],
  'certificate-absent': ['certificate', 'question'],
  'certificate-expired': ['certificate', 'cross'],
  'certificate-out-of-period': ['certificate', 'cross'],
  'certificate-not-yet-valid': ['certificate', 'wait'],
  'certificate-from-tomorrow': ['certificate', 'wait'],
  'certificate-renew-soon': ['certificate', 'attention'],
  'certificate-revoked': ['certificate', 'cross'],
  'certificate-refused': ['certificate', 'attention'],
  'service-later': ['online', 'cross'],
  'pin-format': ['keypad', 'question'],
  'pin-wrong': ['keypad', 'cross'],
  'pin-wrong-last': ['keypad', 'attention'],
  'pin-guarded': ['keypad', 'lock'],
  'pin-blocked': ['keypad', 'lock'],
  'pin-unsure': ['keypad', 'attention'],
  'other-means': ['counter', 'question'],
  'card-without-pin': ['card', 'lock'],
  'card-kind-ended': ['card', 'cross'],
  'card-expired': ['card', 'cross'],
  'registration-expired': ['card', 'cross'],
  'ask-at-counter': ['counter'],
  'take-card-first': ['card', 'up'],
  'take-card-now': ['card', 'up'],
  'municipal-pin-wrong': ['keypad', 'cross'],
  'municipal-pin-locked': ['keypad', 'lock'],
  'municipal-pin-none': ['keypad', 'question'],
  'municipal-pin-format': ['keypad', 'question'],
  unexpected: ['machine', 'question'],
}

/** @param kind of the card on the screen `found`: a phone is drawn as one */
export function picture(name, kind) {
  const [shape, badge] = pictures[name] ?? pictures.unexpected
  const base = name === 'found' && kind?.startsWith('phone') ? 'phone' : shape
  const svg = element('svg', { viewBox: '0 0 200 200', focusable: 'false' })
  svg.append(...shapes[base].map(([tag, attributes]) => element(tag, attributes)))
  if (badge !== undefined) {
    const group = element('g', { class: `badge ${badge}` })
    group.append(element('circle', { cx: 158, cy: 158, r: 34 }))
    group.append(...badges[badge].map(([tag, attributes]) => element(tag, attributes)))
    svg.append(group)
  }
  return svg
}

function element(tag, attributes) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag)
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value))
  return made
}
