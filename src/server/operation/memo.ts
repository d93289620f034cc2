import { hash } from 'node:crypto'
import type { ExecutionResult } from 'graphql'
import { LRUCache } from 'lru-cache'
import type { Remembered } from '../../rest/client.ts'
import type { Snapshot } from '../../rest/pipe/cache.ts'
import type { Operation } from '../../rest/pipe/pipe.ts'
import { createNote } from '../note.ts'

/** All that the answer to a query depends on, besides what its reads return. */
export interface Asked {
  readonly text: string
  readonly operationName: string | undefined
  readonly variables: unknown
  readonly by: Operation
}

export interface Memo {
  /** The answer to a query: the one before, where every read below it is still cached, else a new one. */
  answer(
    asked: Asked,
    execute: () => ExecutionResult | Promise<ExecutionResult>,
  ): ExecutionResult | Promise<ExecutionResult>
  /** Names the `data` of the operation's answer: the same for the same data. Undefined where the answer is not kept. */
  readonly tagOf: (operation: Operation) => string | undefined
}

interface Kept {
  /** The `data` of the result, as JSON, and a hash of it. */
  readonly data: string
  readonly tag: string
  readonly snapshot: Snapshot
}

/** A result that the server writes by this function: `stringify` is its own name for it. */
interface WrittenResult extends ExecutionResult {
  readonly stringify: (result: ExecutionResult) => string
}

const MAX_BYTES = 64 * 1024 * 1024
/** About what an answer takes besides its texts: what it was made of, and its place. */
const OVERHEAD_BYTES = 1024

/**
 * Screens ask the same over and over. The text of an answer is kept with the cached answers that it was made of, and given
 * again for as long as each of those would be: a write, an event, or the end of its time drops it exactly when it drops
 * one of them. Answers with errors, or with anything stale, are not kept.
 */
export function createMemo({ snapshot, holds, refresh }: Remembered): Memo {
  const answers = new LRUCache<string, Kept>({
    maxSize: MAX_BYTES,
    sizeCalculation: ({ data }, key) => data.length + key.length + OVERHEAD_BYTES,
  })

  const tags = createNote<Operation, string>('tag')

  function repeat({ data, tag, snapshot: { requests } }: Kept, by: Operation): WrittenResult {
    tags.set(by, tag)
    by.ledger.remembered += requests.length
    by.ledger.isRepeated = true
    return { data: {}, stringify: (result) => write(data, result) }
  }

  async function executeAndKeep(
    key: string,
    by: Operation,
    execute: () => ExecutionResult | Promise<ExecutionResult>,
  ): Promise<ExecutionResult> {
    const { ledger } = by
    ledger.reads = []
    const result = await execute()
    const { reads } = ledger
    const isPlain = result.errors === undefined && result.data != null && ledger.stale.size === 0
    if (!isPlain || reads === undefined || reads.length === 0) return result
    const made = snapshot(reads, by)
    if (made === undefined) return result
    const written: WrittenResult = {
      ...result,
      // Written once: what is sent is what is kept.
      stringify(finished) {
        const data = JSON.stringify(result.data)
        const tag = tags.set(by, hash('sha256', data, 'base64url'))
        answers.set(key, { data, tag, snapshot: made })
        return write(data, finished)
      },
    }
    return written
  }

  return {
    answer({ text, operationName, variables, by }, execute) {
      const { view, access } = by
      const key = JSON.stringify([view, access.mayRead, operationName, variables, text])
      const kept = answers.get(key)
      if (kept === undefined) return executeAndKeep(key, by, execute)
      const decide = () => (holds(kept.snapshot, by) ? repeat(kept, by) : executeAndKeep(key, by, execute))
      const refreshing = refresh(kept.snapshot, by)
      return refreshing === undefined ? decide() : refreshing.then(decide)
    },
    tagOf: tags.get,
  }
}

function write(data: string, { extensions }: ExecutionResult): string {
  return extensions === undefined
    ? `{"data":${data}}`
    : `{"data":${data},"extensions":${JSON.stringify(extensions)}}`
}
