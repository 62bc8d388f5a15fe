import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { expect } from 'vitest'
import type { Fixture } from '../support/pcscd-fixture.ts'
import { type Case, elapsed } from './case.ts'

const session = `
  const transport = await openPcsc(options)
  await transport.waitForCard({ timeoutMs: 5000, reader })
  const connection = await transport.connect(reader)
  await connection.transmit(Uint8Array.of(0, 1, 2, 3))`

/** Runs a program to its end by itself; fails when that takes 20 s. */
async function endsByItself(fixture: Fixture, body: string, meanwhile = async () => {}): Promise<undefined> {
  await fixture.insert()
  const program = fixture.program(body)
  await program.line()
  const time = await elapsed(async () => {
    await meanwhile()
    expect(await program.exit).toEqual([0, null])
  })
  expect(time).toBeLessThan(20_000)
  return undefined
}

export const processCases: readonly Case[] = [
  {
    title: 'a process ends by itself after close, card still in the reader',
    run: (fixture) =>
      endsByItself(fixture, `${session}; await connection.close(); await transport.close(); console.log('closed')`),
  },
  {
    title: 'the same when only the transport was closed, with a watch open',
    run: (fixture) =>
      endsByItself(
        fixture,
        `${session}; const events = transport.watch()[Symbol.asyncIterator](); await events.next()
         await transport.close(); console.log('closed')`,
      ),
  },
  {
    title: 'the same after the service was killed',
    run: (fixture) =>
      endsByItself(
        fixture,
        `${session}; console.log('ready')
         for await (const event of transport.watch()) if (event.type === 'service-lost') break
         await transport.close()`,
        () => fixture.pcscd.stop('SIGKILL'),
      ),
  },
  {
    title: 'garbage collection after the service was killed has no effect',
    run: (fixture) =>
      endsByItself(
        fixture,
        `${session}; console.log('ready')
         for await (const event of transport.watch()) if (event.type === 'service-lost') break
         const { setFlagsFromString } = await import('node:v8'); setFlagsFromString('--expose-gc')
         const collect = (await import('node:vm')).runInNewContext('gc')
         for (let i = 0; i < 10; i++) { collect(); await new Promise((done) => setTimeout(done, 20)) }
         await transport.close()
         for (let i = 0; i < 10; i++) { collect(); await new Promise((done) => setTimeout(done, 20)) }`,
        () => fixture.pcscd.stop('SIGKILL'),
      ),
  },
  {
    title: 'use in a worker thread',
    async run(fixture) {
      await fixture.insert()
      const code = fixture.programText(`
        import { parentPort } from 'node:worker_threads'
        const outcome = async () => { ${session}; await transport.close(); return 'ok' }
        parentPort.postMessage(await outcome().catch((error) => error.code ?? String(error)))`)
      const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`))
      const [outcome] = (await once(worker, 'message')) as [string]
      await worker.terminate()
      expect(outcome).toBe(fixture.binding === 'pcsclite' ? 'ERR_BINDING_MISSING' : 'ok')
      return outcome
    },
  },
]
