import type { Ending } from '../ending.ts'
import { operationEnded } from '../errors.ts'
import { endingOf, type Layer } from '../pipe/pipe.ts'

/** Writes have connections of their own, so that they never wait for reads. */
const READ_CONNECTIONS = 64
const WRITE_CONNECTIONS = 32
export const CONNECTIONS = READ_CONNECTIONS + WRITE_CONNECTIONS

/**
 * Hands out the connections to the upstream. Where all are in use, callers take turns, so that a busy one delays nobody
 * else by more than a request. A request that waits has not been sent: no timeout runs, and its failure is not the
 * upstream's.
 */
export function createConnections(): Layer {
  const reads = createTurns(READ_CONNECTIONS)
  const writes = createTurns(WRITE_CONNECTIONS)
  return (next) => async (request, operation) => {
    const turns = request.method === 'GET' ? reads : writes
    const turn = turns.take(operation.caller, endingOf(request, operation))
    if (turn !== undefined) await turn
    try {
      return await next(request, operation)
    } finally {
      turns.giveBack()
    }
  }
}

interface Turns {
  /** Undefined where a connection is free: then it is taken. Rejects where the ending comes first. */
  take(caller: string, ending: Ending): Promise<void> | undefined
  giveBack(): void
}

function createTurns(connections: number): Turns {
  let free = connections
  /** The requests that wait, by caller; the caller whose turn is next comes first. */
  const waiting = new Map<string, Set<() => void>>()

  function remove(caller: string, start: () => void): void {
    const queue = waiting.get(caller)
    queue?.delete(start)
    if (queue?.size === 0) waiting.delete(caller)
  }

  return {
    take(caller, ending) {
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
    giveBack() {
      // The caller that is served goes behind all others that wait.
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
