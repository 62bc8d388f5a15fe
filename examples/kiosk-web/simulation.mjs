// The panel of the trial: what residents and technicians do at the machines. No part of a real installation.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pageFiles, serveWeb } from './web.mjs'

export function openSimulation({ port, town, machines, server }) {
  const machineOf = (name) => machines.find((one) => one.name === name)
  const state = async () => ({
    server: server.isRunning,
    residents: town.residents.map(({ id, name, kind, mood, pin }) => ({ id, name, kind, mood, pin })),
    machines: await Promise.all(
      machines.map(async (machine) => ({ ...machine.state, printed: await printedOf(machine) })),
    ),
  })
  const actions = {
    place: async (machine, { resident }) => {
      const found = town.residents.find(({ id }) => id === resident)
      const isElsewhere = machines.some((one) => one.state.placed === resident)
      if (found !== undefined && !isElsewhere) await machine.place(found)
    },
    take: (machine) => machine.take(),
    paper: (machine, { on }) => machine.setPaper(on === true),
    readers: (machine, { on }) => machine.setReaders(on === true),
    bridge: (machine, { on }) => machine.setBridge(on === true),
  }
  return serveWeb({
    port,
    files: {
      '/': new URL('page/simulation.html', import.meta.url),
      ...pageFiles(['simulation.js', 'staff.css', 'icon.svg']),
    },
    answers: {
      'GET /state.json': state,
      'POST /do': async (body) => {
        const { action, machine } = body ?? {}
        if (action === 'server') await (body.on === true ? server.start() : server.stop())
        else if (Object.hasOwn(actions, action) && machineOf(machine)) await actions[action](machineOf(machine), body)
        else return undefined
        return state()
      },
      // What lies in the trays, to be looked at.
      ...Object.fromEntries(
        machines.map((machine) => [
          `GET /printed/${machine.name}/`,
          async (name) => {
            const isThere = (await printedOf(machine)).includes(name)
            return isThere ? { pdf: await readFile(join(machine.folder, name)) } : undefined
          },
        ]),
      ),
    },
  })
}

/** The files in a tray, without those in the making. */
async function printedOf({ folder }) {
  const names = await readdir(folder).catch(() => [])
  return names.filter((name) => name.endsWith('.pdf')).sort()
}
