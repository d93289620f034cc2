import type { Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** The kept connections of a server, which end one by one once the server stops. */
export interface Connections {
  /** False for a request that came after the last answer of its connection: it must not begin (RFC 9112, 9.6). */
  admits(response: ServerResponse): boolean
  /** From now on each connection ends with the answer to what it has sent, and that answer says so. */
  endAfterAnswer(): void
  /** Ends the connections that have not sent a byte. Node takes them for busy. */
  endSilent(): void
}

export function trackConnections(server: Server): Connections {
  /** The responses that each connection waits for, in their order: several where its client does not wait for them. */
  const waitingOf = new Map<Socket, ServerResponse[]>()
  let isEnding = false

  server.on('connection', (socket) => {
    waitingOf.set(socket, [])
    socket.once('close', () => waitingOf.delete(socket))
  })

  return {
    admits(response) {
      const { socket } = response.req
      const waiting = waitingOf.get(socket)
      // Nobody would get the answer.
      if (waiting === undefined || socket.writableEnded || waiting.some(isSentAsLast)) return false
      waiting.push(response)
      if (isEnding) markLast(waiting)
      response.once('close', () => {
        waiting.splice(waiting.indexOf(response), 1)
        if (isEnding && waiting.length === 0) socket.destroySoon()
      })
      return true
    },
    endAfterAnswer() {
      isEnding = true
      for (const waiting of waitingOf.values()) markLast(waiting)
    },
    endSilent() {
      for (const socket of waitingOf.keys()) if (socket.bytesRead === 0) socket.destroy()
    },
  }
}

/** Node ends a connection after the answer that says `close`, and would cut the answers behind it. */
function markLast(waiting: readonly ServerResponse[]): void {
  const unsent = waiting.filter(({ headersSent }) => !headersSent)
  for (const response of unsent) response.removeHeader('connection')
  unsent.at(-1)?.setHeader('connection', 'close')
}

function isSentAsLast(response: ServerResponse): boolean {
  return response.headersSent && response.getHeader('connection') === 'close'
}
