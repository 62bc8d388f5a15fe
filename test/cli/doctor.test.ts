import { describe, expect, it } from 'vitest'
import { findingIds } from '../../src/cli/doctor/finding.ts'
import type { System } from '../../src/cli/doctor/system.ts'
import { doctorEn } from '../../src/cli/doctor/texts-en.ts'
import { doctorJa } from '../../src/cli/doctor/texts-ja.ts'
import { ccidDescriptor } from '../../src/cli/doctor/usb.ts'
import { VirtualTransport } from '../../src/emulator/index.ts'
import { TransportError } from '../../src/errors.ts'
import type { CardTransport } from '../../src/transport/index.ts'
import { cardInReader, run } from './harness.ts'

/** A computer as a test wants it. Folders follow from the files. */
interface Computer {
  readonly files?: Readonly<Record<string, string | Uint8Array>>
  readonly links?: Readonly<Record<string, string>>
  /** What connecting to the socket gives. */
  readonly socket?: string
  /** Output of programs by their name. */
  readonly programs?: Readonly<Record<string, string>>
  readonly system?: Partial<System>
  readonly transport?: CardTransport
  readonly open?: () => Promise<CardTransport>
  readonly bindings?: Readonly<Record<string, Error | undefined>>
}

const socket = '/run/pcscd/pcscd.comm'
const ccid = { '/usr/lib/pcsc/drivers/ifd-ccid.bundle/Contents/Info.plist': '' }
const installed = {
  '/usr/sbin/pcscd': '',
  '/proc/net/unix': 'Num RefCount Protocol Flags Type St Inode Path\n',
  ...ccid,
}

function systemOf({ files = installed, links = {}, socket: outcome = 'ok', programs = {}, system }: Computer): System {
  return {
    platform: 'linux',
    arch: 'x64',
    nodeVersion: '20.19.0',
    uid: 1000,
    pid: 4711,
    env: {},
    readBytes: async (path) => {
      const content = files[path]
      return typeof content === 'string' ? new TextEncoder().encode(content) : content
    },
    readdir: async (path) => {
      const inside = Object.keys(files).filter((file) => file.startsWith(`${path}/`))
      const names = inside.map((file) => file.slice(path.length + 1).split('/')[0]!)
      return names.length === 0 ? undefined : [...new Set(names)]
    },
    readlink: async (path) => links[path],
    exists: async (path) => files[path] !== undefined,
    connect: async () => outcome,
    run: async (program) => (programs[program] === undefined ? undefined : { code: 0, stdout: programs[program] }),
    ...system,
  }
}

async function doctor(computer: Computer, options = '') {
  const open = computer.open ?? (async () => computer.transport ?? new VirtualTransport())
  const outcome = await run(`doctor --json ${options}`.trim(), {
    dependencies: {
      system: systemOf(computer),
      openPcsc: open,
      loadBinding: async (name) => {
        const error = computer.bindings?.[name]
        if (error !== undefined) throw error
      },
    },
  })
  const findings = outcome.json.findings as { id: string; level: string; what: string; todo?: string; facts: object }[]
  return {
    ...outcome,
    findings,
    problems: findings.filter(({ level }) => level === 'problem').map(({ id }) => id),
    ids: findings.map(({ id }) => id),
    find: (id: string) => findings.find((one) => one.id === id)!,
  }
}

describe('a computer that is well', () => {
  it('is usable, and says so in both languages', async () => {
    const { transport } = await cardInReader()
    const { code, json, problems } = await doctor({ transport })
    expect([code, json.ok, json.usable, problems]).toEqual([0, true, true, []])
    const dependencies = {
      system: systemOf({}),
      openPcsc: async () => new VirtualTransport(),
      loadBinding: async () => 0,
    }
    const en = await run('doctor', { dependencies })
    expect(en.out).toContain('Readers are usable.')
    const ja = await run('doctor --lang ja', { dependencies })
    expect([ja.code, ja.out.includes('リーダーを使用できます。')]).toEqual([0, true])
  })

  it('never connects to a card', async () => {
    const { card, transport } = await cardInReader()
    await doctor({ transport })
    expect(card.exchanges).toBe(0)
  })
})

describe('the service', () => {
  it.each([
    ['ENOENT', installed, 'service-not-running'],
    ['ENOENT', ccid, 'service-not-installed'],
    ['ECONNREFUSED', installed, 'service-dead-socket'],
    ['EACCES', installed, 'service-no-access'],
    ['EPERM', installed, 'service-no-access'],
    ['ETIMEDOUT', installed, 'service-unreachable'],
  ])('%s: what to do, and exit code 3', async (outcome, files, id) => {
    const open = () => Promise.reject(new Error('must not be opened'))
    const { code, problems, find, json } = await doctor({ socket: outcome, files, open })
    expect([code, problems, json.error.code]).toEqual([3, [id], 'ERR_SERVICE_UNAVAILABLE'])
    expect(find(id).todo).toMatch(/pcscd|permissions/)
  })

  it('states how to start it with and without systemd', async () => {
    const systemd = await doctor({ socket: 'ENOENT', files: { ...installed, '/proc/1/comm': 'systemd\n' } })
    expect(systemd.find('service-not-running').todo).toContain('systemctl enable --now pcscd.socket')
    const container = await doctor({ socket: 'ENOENT', files: { ...installed, '/proc/1/comm': 'sh\n' } })
    expect(container.find('service-not-running').todo).toBe('As root: pcscd')
  })

  const units = (socketState: string, serviceState: string): string =>
    `Id=pcscd.socket\n${socketState}\n\nId=pcscd.service\n${serviceState}\n`
  const loaded = 'LoadState=loaded\nActiveState=active'
  it.each([
    [units(`${loaded}\nUnitFileState=enabled`, `${loaded}\nUnitFileState=indirect`), 'unit-ok', 0],
    [units(`${loaded}\nUnitFileState=disabled`, `${loaded}\nUnitFileState=disabled`), 'unit-disabled', 0],
    [units('LoadState=masked\nActiveState=inactive\nUnitFileState=masked', loaded), 'unit-masked', 3],
    [units(loaded, 'LoadState=loaded\nActiveState=failed\nUnitFileState=static'), 'unit-failed', 0],
  ])('units of systemd: %j', async (shown, id, code) => {
    const found = await doctor({ programs: { systemctl: shown } })
    expect(found.ids).toContain(id)
    expect(found.code).toBe(code)
  })

  it('a custom socket is reported and used', async () => {
    const asked: string[] = []
    const connect = async (path: string) => {
      asked.push(path)
      return 'ok'
    }
    const { ids } = await doctor({ system: { env: { PCSCLITE_CSOCK_NAME: '/tmp/other' }, connect } })
    expect([ids.includes('service-other-socket'), asked]).toEqual([true, ['/tmp/other']])
  })

  it('that takes connections and does not answer is frozen', async () => {
    const silence = new TransportError('ERR_TIMEOUT', 'no answer')
    const open = () => Promise.reject(new TransportError('ERR_SERVICE_UNAVAILABLE', 'silent', { cause: silence }))
    const { code, problems } = await doctor({ open })
    expect([code, problems]).toEqual([3, ['service-frozen']])
  })

  it.each([
    [0x8010006a, {}, 'access-no-polkit'],
    [0x80100027, { '/run/dbus/system_bus_socket': '' }, 'access-denied'],
  ])('that refuses this user (%i): the rule of polkit, or that there is none', async (pcscCode, files, id) => {
    const open = () => Promise.reject(new TransportError('ERR_SERVICE_UNAVAILABLE', 'refused', { pcscCode }))
    const { code, problems, find } = await doctor({ open, files: { ...installed, ...files } })
    expect([code, problems]).toEqual([3, [id]])
    expect(find(id).todo).toContain('polkit')
    expect(find(id).what).toContain('1000')
  })

  it('that fails otherwise: the code', async () => {
    const failed = new TransportError('ERR_TRANSPORT', 'x', { pcscCode: 0x80100001 })
    const result = await doctor({ open: () => Promise.reject(failed) })
    expect(result.find('service-failed').what).toContain('ERR_TRANSPORT 0x80100001')
    const rubbish = await doctor({ open: () => Promise.reject(new RangeError('/home/taro/secret')) })
    expect(rubbish.problems).toEqual(['service-failed'])
    expect(rubbish.everything).not.toContain('taro')
  })
})

describe('drivers and readers', () => {
  it('no driver at all', async () => {
    const { code, problems, json } = await doctor({ files: { '/usr/sbin/pcscd': '' } })
    expect([code, problems, json.error.code]).toEqual([3, ['drivers-missing'], 'ERR_NO_READER'])
  })

  it('all that are there, by their packages', async () => {
    const files = {
      ...installed,
      '/usr/lib/pcsc/drivers/ifd-acsccid.bundle/x': '',
      '/usr/lib/pcsc/drivers/serial/libifdvpcd.so': '',
      '/usr/local/lib/pcsc/drivers/maker.bundle/x': '',
    }
    const { find } = await doctor({ files })
    expect(find('drivers').facts).toEqual({ names: 'libccid, libacsccid1, vsmartcard-vpcd, maker' })
    const without = await doctor({ files: { '/usr/lib/pcsc/drivers/serial/libifdvpcd.so.0.8': '' } })
    expect(without.find('drivers-no-ccid').level).toBe('warning')
  })

  it('no reader, another reader, a mute card, a busy one', async () => {
    const none = await doctor({ transport: new VirtualTransport({ readers: [] }) })
    expect([none.code, none.problems]).toEqual([3, ['reader-none']])
    const other = await doctor({}, '--reader NFC')
    expect([other.code, other.problems]).toEqual([3, ['reader-not-there']])
    const mute = new VirtualTransport()
    mute.insert('mute')
    expect((await doctor({ transport: mute })).find('reader-mute').level).toBe('warning')
    const { transport } = await cardInReader()
    await transport.connect('Virtual Reader 0')
    expect((await doctor({ transport })).find('reader-busy').level).toBe('warning')
  })

  it('quirks of models by name, serial numbers masked', async () => {
    const readers = [
      'ACS ACR1252 Dual Reader (RR171) 00 00',
      'REINER SCT cyberJack RFID',
      'OMNIKEY AG CardMan 3121 00 00',
    ]
    const { ids, everything } = await doctor({ transport: new VirtualTransport({ readers }) })
    expect(ids).toEqual(expect.arrayContaining(['quirk-acs-extended', 'quirk-cyberjack-pinpad', 'quirk-omnikey-short']))
    expect(everything).not.toContain('RR171')
  })
})

describe('USB', () => {
  const usb = (device: string, id: string, interfaceClass: string, descriptors: Uint8Array = new Uint8Array()) => {
    const [vendor, product] = id.split(':')
    const at = `/sys/bus/usb/devices/${device}`
    return {
      [`${at}/idVendor`]: `${vendor}\n`,
      [`${at}/idProduct`]: `${product}\n`,
      [`${at}/product`]: `Reader ${id}\n`,
      [`${at}/descriptors`]: descriptors,
      [`${at}:1.0/bInterfaceClass`]: `${interfaceClass}\n`,
    }
  }

  it('a reader that pcscd does not list', async () => {
    const files = { ...installed, ...usb('1-1', '054c:0dc9', '0b'), ...usb('1-2', '046d:c31c', '03') }
    const { ids, find } = await doctor({ files, transport: new VirtualTransport({ readers: ['Virtual PCD 00 00'] }) })
    expect(ids.filter((id) => id === 'usb-reader')).toHaveLength(1)
    expect(find('usb-not-listed').facts).toEqual({ usb: '1', listed: '0' })
  })

  it.each([
    ['054c:06c3', 'port100', 'quirk-rc-s380'],
    ['072f:2200', 'pn533_usb', 'quirk-acr122u'],
  ])('%s held by the kernel module %s', async (id, module, quirk) => {
    const links = { '/sys/bus/usb/devices/1-1:1.0/driver': `../../../bus/usb/drivers/${module}` }
    const { code, problems, ids, find } = await doctor({ files: { ...installed, ...usb('1-1', id, 'ff') }, links })
    expect([code, problems]).toEqual([3, ['usb-module-conflict']])
    expect(find('usb-module-conflict').todo).toContain(`blacklist ${module}`)
    expect(ids).toContain(quirk)
  })

  it('nothing there', async () => {
    expect((await doctor({})).ids).toContain('usb-unknown')
    const files = { ...installed, ...usb('1-2', '046d:c31c', '03') }
    expect((await doctor({ files })).ids).toContain('usb-none')
  })

  /** Device descriptor, then a class descriptor of CCID. */
  const descriptors = (level: number, pin: number): Uint8Array => {
    const bytes = new Uint8Array(18 + 9 + 54)
    bytes.set([18, 1])
    bytes.set([9, 4], 18)
    bytes.set([54, 0x21], 27)
    bytes[27 + 42] = level
    bytes[27 + 52] = pin
    return bytes
  }

  it('what a reader says of itself', async () => {
    expect(ccidDescriptor(descriptors(4, 3))).toEqual({ exchange: 'extended', pinpad: true })
    expect(ccidDescriptor(descriptors(2, 0))).toEqual({ exchange: 'short', pinpad: false })
    expect(ccidDescriptor(descriptors(1, 1))).toEqual({ exchange: 'tpdu', pinpad: true })
    for (const bad of [[], [0, 0x21], [1, 0x21], [200, 0x21], [54, 0x21]]) {
      expect(ccidDescriptor(Uint8Array.from(bad))).toBeUndefined()
    }
    const files = { ...installed, ...usb('1-1', '076b:3031', '0b', descriptors(2, 3)) }
    expect((await doctor({ files })).ids).toEqual(expect.arrayContaining(['apdu-short', 'pinpad']))
  })
})

describe('who holds the card', () => {
  const connected = `Num RefCount Protocol Flags Type St Inode Path
0: 00000002 00000000 00010000 0001 01 100 ${socket}
0: 00000003 00000000 00000000 0001 03 101 ${socket}
`
  const files = { ...installed, '/proc/net/unix': connected }
  const peers = (name: string, pid: number): string => `u_str ESTAB 0 0 ${socket} 101 * 202 users:(("pcscd",pid=9,fd=3))
u_str ESTAB 0 0 * 202 * 101 users:(("${name}",pid=${pid},fd=7))
u_str ESTAB 0 0 * 303 * 404 users:(("other",pid=5,fd=7))
`

  it('by ss', async () => {
    const { find, ids } = await doctor({ files, programs: { ss: peers('scdaemon', 77) } })
    expect(find('holder-scdaemon')).toMatchObject({ level: 'warning', facts: { name: 'scdaemon', pid: '77' } })
    expect(ids).not.toContain('holder')
    const own = await doctor({ files, programs: { ss: peers('node', 4711) } })
    expect(own.ids).toContain('holders-unnamed')
  })

  it('by the library they have loaded', async () => {
    const more = {
      '/proc/12/maps': '7f /usr/lib/x/libpcsclite.so.1.0.0',
      '/proc/12/comm': 'firefox\n',
      '/proc/13/maps': '',
    }
    const { find } = await doctor({ files: { ...files, ...more } })
    expect(find('holder').facts).toEqual({ name: 'firefox', pid: '12' })
  })

  it('no program, or none this user may see', async () => {
    expect((await doctor({})).ids).toContain('holders-none')
    expect((await doctor({ files })).find('holders-unnamed').facts).toEqual({ count: '1' })
  })
})

describe('bindings, Node.js, platform', () => {
  it('one binding is enough; none is a problem', async () => {
    const error = new Error("Cannot find package 'x' imported from /home/taro/app/node_modules/y.js\nand more")
    const one = await doctor({ bindings: { pcsclite: error } })
    expect([one.code, one.find('binding-missing').level]).toEqual([0, 'note'])
    expect(one.everything).not.toContain('taro')
    const none = await doctor({ bindings: { pcsclite: error, 'pcsc-mini': error } })
    expect([none.code, none.problems, none.json.error.code]).toEqual([3, ['binding-none'], 'ERR_BINDING_MISSING'])
  })

  it.each(['pcsc-mini', 'pcsclite'])('only the one asked for counts: %s', async (wanted) => {
    const bindings = { [wanted]: new Error('absent') }
    const { code, problems, ids, json } = await doctor({ bindings }, `--binding ${wanted}`)
    expect([code, problems, json.error?.code]).toEqual([3, ['binding-none'], 'ERR_BINDING_MISSING'])
    expect(ids.filter((id) => id.startsWith('binding'))).toEqual(['binding-missing', 'binding-none'])
    const other = wanted === 'pcsc-mini' ? 'pcsclite' : 'pcsc-mini'
    const usable = await doctor({ bindings }, `--binding ${other}`)
    expect([usable.code, usable.find('binding').facts]).toMatchObject([0, { name: other }])
  })

  it('one that loads here, and not where readers are asked for', async () => {
    const open = () => Promise.reject(new TransportError('ERR_BINDING_MISSING', 'none'))
    const { code, problems } = await doctor({ open })
    expect([code, problems]).toEqual([3, ['binding-none']])
  })

  it('an old Node.js', async () => {
    const { code, problems } = await doctor({ system: { nodeVersion: '20.18.3' } })
    expect([code, problems]).toEqual([3, ['node-too-old']])
    expect((await doctor({ system: { nodeVersion: '24.0.0' } })).code).toBe(0)
  })

  it.each(['win32', 'darwin'])('%s: nothing of Linux is looked at', async (platform) => {
    const { code, ids } = await doctor({ socket: 'ENOENT', system: { platform, uid: undefined } })
    expect(code).toBe(0)
    expect(ids).toEqual(['node-version', 'platform-untested', 'binding', 'binding', 'reader'])
  })
})

describe('texts', () => {
  it.each([
    ['en', doctorEn],
    ['ja', doctorJa],
  ] as const)('%s: every finding, in its language', (language, { findings, levels }) => {
    expect(Object.keys(findings).sort()).toEqual([...findingIds].sort())
    const facts = new Proxy({}, { get: (_, name) => `<${String(name)}>` })
    for (const [id, { what, todo }] of Object.entries(findings)) {
      const texts = [what(facts), ...(todo === undefined ? [] : [todo(facts)])]
      for (const text of texts) expect(/[ぁ-んァ-ヶ一-龠]/.test(text), `${id}: ${text}`).toBe(language === 'ja')
    }
    expect(Object.keys(levels)).toEqual(['ok', 'note', 'warning', 'problem'])
  })

  it('what is a problem says what to do', () => {
    for (const { findings } of [doctorEn, doctorJa]) {
      for (const id of findingIds.filter((one) => /^(service-(?!answers|other)|access-(?!ok)|unit-(?!ok))/.test(one))) {
        expect(findings[id].todo, id).toBeDefined()
      }
    }
  })
})
