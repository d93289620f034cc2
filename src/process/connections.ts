import type { Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** The keep-alive connections of a server. They are closed one by one once the server stops. */
export interface Connections {
  /** False for a request after the last response of its connection: it must not be processed (RFC 9112, 9.6). */
  admits(response: ServerResponse): boolean
  /** From now on each connection is closed after the responses to its requests; the last has `Connection: close`. */
  closeAfterResponse(): void
  /** Closes connections on which no byte has arrived. Node considers them busy. */
  closeUnused(): void
}

export function trackConnections(server: Server): Connections {
  /** The pending responses of each connection, in their order: several where its client pipelines requests. */
  const pendingOf = new Map<Socket, ServerResponse[]>()
  let isClosing = false

  server.on('connection', (socket) => {
    pendingOf.set(socket, [])
    socket.once('close', () => pendingOf.delete(socket))
  })

  return {
    admits(response) {
      const { socket } = response.req
      const pending = pendingOf.get(socket)
      // The client would not get the response.
      if (pending === undefined || socket.writableEnded || pending.some(isLastSent)) return false
      pending.push(response)
      if (isClosing) markLast(pending)
      response.once('close', () => {
        pending.splice(pending.indexOf(response), 1)
        if (isClosing && pending.length === 0) socket.destroySoon()
      })
      return true
    },
    closeAfterResponse() {
      isClosing = true
      for (const pending of pendingOf.values()) markLast(pending)
    },
    closeUnused() {
      for (const socket of pendingOf.keys()) if (socket.bytesRead === 0) socket.destroy()
    },
  }
}

/** Node closes a connection after the response with `Connection: close`, so only the last pending one may have it. */
function markLast(pending: readonly ServerResponse[]): void {
  const unsent = pending.filter(({ headersSent }) => !headersSent)
  for (const response of unsent) response.removeHeader('connection')
  unsent.at(-1)?.setHeader('connection', 'close')
}

function isLastSent(response: ServerResponse): boolean {
  return response.headersSent && response.getHeader('connection') === 'close'
}
