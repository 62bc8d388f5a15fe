import { startBridge } from '../../dist/bridge/index.js'

/** A bridge on the readers of a transport for one program, with the secret that it pairs by. */
export async function openBridge(transport, options = {}) {
  let secret
  const bridge = await startBridge({
    transport,
    clients: [{ origin: 'program' }],
    onSecret: (made) => {
      secret ??= made
    },
    pinEntry: 'client',
    services: ['attributes'],
    purposes: ['form'],
    ...options,
  })
  return { bridge, secret }
}
