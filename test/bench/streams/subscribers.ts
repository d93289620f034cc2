import { connect, type Socket } from 'node:net'

const DAY = {
  query:
    'subscription ($filter: AppointmentFilter) { appointmentChanged(filter: $filter) { sequence kind movement appointment { id title startTime status patient { restId } } } }',
  variables: { filter: { startTime: { gte: '2026-01-05T00:00:00Z', lte: '2026-01-05T23:59:59Z' } } },
}
/** The number of streams that are opened concurrently. */
const WIDTH = 50

/** Subscribers that read changes, count them, and discard them. */
export interface Subscribers extends Disposable {
  readonly count: number
  /** Resolves once each has received this many more changes than at the last call. */
  got(changes: number): Promise<void>
}

export async function subscribeAll(url: string, count: number): Promise<Subscribers> {
  const { port } = new URL(url)
  const body = JSON.stringify(DAY)
  const head = [
    'POST /graphql HTTP/1.1',
    `Host: 127.0.0.1:${port}`,
    'Accept: text/event-stream',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ]
  const request = `${head.join('\r\n')}\r\n\r\n${body}`
  const sockets: Socket[] = []
  let missing = 0
  let resolve = () => {}

  function open(): Promise<void> {
    return new Promise((opened, failed) => {
      const socket = connect(Number(port), '127.0.0.1', () => socket.write(request))
      socket.once('data', (first: Buffer) => {
        if (first.includes(' 200 ')) opened()
        else failed(new Error(`No stream: ${first}`))
        socket.on('data', read)
      })
      socket.once('error', failed)
      sockets.push(socket)
    })
  }

  function read(chunk: Buffer): void {
    for (let at = chunk.indexOf(PART); at >= 0; at = chunk.indexOf(PART, at + 1)) missing -= 1
    if (missing <= 0) resolve()
  }

  for (let left = count; left > 0; left -= WIDTH)
    await Promise.all(Array.from({ length: Math.min(left, WIDTH) }, open))
  return {
    count,
    async got(changes) {
      missing += changes * count
      await new Promise<void>((done) => {
        resolve = done
        if (missing <= 0) done()
      })
    },
    [Symbol.dispose]() {
      for (const socket of sockets) socket.destroy()
    },
  }
}

const PART = 'event: next'
