// The view of the staff: an origin of its own, which may ask the bridges for their state and for nothing else.
import { messageFor, situationMessage, situations } from 'jpki-card/messages'
import { bridgeClientFiles, pageFiles, serveWeb } from './web.mjs'

/** @param machines filled by the caller: they need the origin of this view first */
export function openAttendant({ port, machines }) {
  return serveWeb({
    port,
    files: {
      '/': new URL('page/attendant.html', import.meta.url),
      ...pageFiles(['attendant.js', 'connection.js', 'staff.css', 'icon.svg']),
      ...bridgeClientFiles,
    },
    connects: () => machines.map(({ address }) => address),
    answers: {
      'GET /machines.json': () => machines.map(({ name, address }) => ({ name, bridge: address })),
      // The text for the clerk, for a code or a situation as the bridge counts them.
      'POST /text': ({ reason, language }) => {
        if (typeof reason !== 'string' || (language !== 'ja' && language !== 'en')) return undefined
        const options = { audience: 'clerk', language }
        const { title, text, next } = situations.includes(reason)
          ? situationMessage(reason, options)
          : messageFor(reason, options)
        return { title, text, next }
      },
      'POST /secret': ({ machine }) => machines.find(({ name }) => name === machine)?.secret(),
    },
  })
}
