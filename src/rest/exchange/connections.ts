import type { Ending } from '../ending.ts'
import { operationEnded } from '../errors.ts'
import { endingOf, type Layer } from '../pipe/pipe.ts'

/** Writes have connections of their own, so that they never wait for reads. */
const READ_CONNECTIONS = 64
const WRITE_CONNECTIONS = 32
export const CONNECTIONS = READ_CONNECTIONS + WRITE_CONNECTIONS

/**
 * Limits the concurrent requests to the number of connections. Where all connections are in use, callers take turns, so that a
 * busy caller delays another by at most one request. A request that waits has not been sent: no timeout runs, and its failure
 * is not the upstream's.
 */
export function createConnections(): Layer {
  const reads = createFairSemaphore(READ_CONNECTIONS)
  const writes = createFairSemaphore(WRITE_CONNECTIONS)
  return (next) => async (request, operation) => {
    const semaphore = request.method === 'GET' ? reads : writes
    const waiting = semaphore.acquire(operation.caller, endingOf(request, operation))
    if (waiting !== undefined) await waiting
    try {
      return await next(request, operation)
    } finally {
      semaphore.release()
    }
  }
}

interface FairSemaphore {
  /** Undefined where it took a free connection without waiting. Rejects where the operation ends first. */
  acquire(caller: string, ending: Ending): Promise<void> | undefined
  release(): void
}

function createFairSemaphore(connections: number): FairSemaphore {
  let free = connections
  /** The requests that wait, by caller, in the order in which the callers are served. */
  const waiting = new Map<string, Set<() => void>>()

  function remove(caller: string, start: () => void): void {
    const queue = waiting.get(caller)
    queue?.delete(start)
    if (queue?.size === 0) waiting.delete(caller)
  }

  return {
    acquire(caller, ending) {
      if (free > 0) {
        free -= 1
        return undefined
      }
      return new Promise((resolve, reject) => {
        const leave = {
          handleEvent() {
            remove(caller, start)
            reject(operationEnded())
          },
        }
        function start(): void {
          ending.removeEventListener('abort', leave)
          resolve()
        }
        const queue = waiting.get(caller) ?? new Set()
        waiting.set(caller, queue.add(start))
        if (ending.aborted) leave.handleEvent()
        else ending.addEventListener('abort', leave)
      })
    },
    release() {
      // A caller that is served moves behind all other waiting callers.
      for (const [caller, queue] of waiting) {
        waiting.delete(caller)
        const [start] = queue
        if (start === undefined) continue
        queue.delete(start)
        if (queue.size > 0) waiting.set(caller, queue)
        start()
        return
      }
      free += 1
    },
  }
}
