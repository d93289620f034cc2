import { hash } from 'node:crypto'
import type { ExecutionResult } from 'graphql'
import { LRUCache } from 'lru-cache'
import { rightsOf } from '../../rest/access.ts'
import type { CachedReads } from '../../rest/client.ts'
import type { CachedRead } from '../../rest/pipe/ledger.ts'
import type { Operation } from '../../rest/pipe/pipe.ts'
import type { MaybePromise } from '../../shared/maybe-promise.ts'
import { createNote } from '../note.ts'
import { type Bytes, type Coding, compress } from './compression.ts'

/** All that the answer to a query depends on, besides what its reads return. */
export interface Asked {
  readonly text: string
  readonly operationName: string | undefined
  readonly variables: unknown
  readonly by: Operation
}

export interface Memo {
  /** The answer to a query: the one before, where every read below it is still cached, else a new one. */
  answer(asked: Asked, execute: () => MaybePromise<ExecutionResult>): MaybePromise<ExecutionResult>
  /** Names the `data` of the operation's answer: the same for the same data. Undefined where the answer is not kept. */
  readonly tagOf: (operation: Operation) => string | undefined
  /** The operation's answer in this coding: the bytes of before, where the answer is a kept one and nothing else. */
  readonly compressed: (
    operation: Operation,
    coding: Coding,
    readText: () => Promise<string>,
  ) => MaybePromise<Bytes>
}

interface Kept {
  readonly key: string
  /** The whole answer, where there is nothing but `data` in it. */
  readonly bytes: Buffer<ArrayBuffer>
  readonly reads: readonly CachedRead[]
  /** What was made of it for its clients. Replacing the entry keeps it. */
  readonly made: { tag?: string; readonly compressed: Map<Coding, MaybePromise<Bytes>> }
}

/** What an operation was given. */
interface Given {
  readonly kept: Kept
  /** There are no extensions beside it. */
  isAll: boolean
}

/**
 * A result that the server writes by this function: `stringify` is its own name for it. It makes a body of bytes as of a
 * text, and they are neither counted nor encoded again.
 */
interface WrittenResult extends ExecutionResult {
  readonly stringify: (result: ExecutionResult) => string | Buffer
}

const MAX_BYTES = 64 * 1024 * 1024
/** About what an answer takes besides its texts: what it was made of, and its place. */
const OVERHEAD_BYTES = 1024

/**
 * Screens ask the same over and over. The bytes of an answer are kept with the cached answers that it was made of, and given
 * again for as long as each of those would be: a write, an event, or the end of its time drops it exactly when it drops
 * one of them. Answers with errors, or with anything stale, are not kept.
 */
export function createMemo(
  { areFresh, refresh }: Omit<CachedReads, 'areUnchanged'>,
  { isOn = true }: { readonly isOn?: boolean } = {},
): Memo {
  const answers = new LRUCache<string, Kept>({ maxSize: MAX_BYTES, sizeCalculation: sizeOf })
  const given = createNote<Operation, Given>('given')

  function repeat(kept: Kept, by: Operation): WrittenResult {
    by.ledger.remembered += kept.reads.length
    by.ledger.isRepeated = true
    return { data: {}, stringify: (result) => write(kept, result, by) }
  }

  function write(kept: Kept, { extensions }: ExecutionResult, by: Operation): string | Buffer {
    given.set(by, { kept, isAll: extensions === undefined })
    if (extensions === undefined) return kept.bytes
    return `${kept.bytes.toString('utf8', 0, kept.bytes.length - 1)},"extensions":${JSON.stringify(extensions)}}`
  }

  async function executeAndKeep(
    key: string,
    by: Operation,
    execute: () => MaybePromise<ExecutionResult>,
  ): Promise<ExecutionResult> {
    const { ledger } = by
    ledger.reads = []
    const result = await execute()
    const { reads } = ledger
    const isPlain = result.errors === undefined && result.data != null && ledger.stale.size === 0
    if (!isPlain || reads === undefined || reads.length === 0 || !areFresh(reads, by)) return result
    const written: WrittenResult = {
      ...result,
      // Written once: what is sent is what is kept.
      stringify(finished) {
        const bytes = bytesOf(`{"data":${JSON.stringify(result.data)}}`)
        const kept = { key, bytes, reads, made: { compressed: new Map() } }
        answers.set(key, kept)
        return write(kept, finished, by)
      },
    }
    return written
  }

  /** An entry has the size of the moment when it was set. */
  function recount(kept: Kept): void {
    if (answers.peek(kept.key)?.made === kept.made) answers.set(kept.key, { ...kept })
  }

  return {
    answer({ text, operationName, variables, by }, execute) {
      if (!isOn) return execute()
      const { view, access } = by
      const key = JSON.stringify([view, rightsOf(access), operationName, variables, text])
      const kept = answers.get(key)
      if (kept === undefined) return executeAndKeep(key, by, execute)
      const decide = () => (areFresh(kept.reads, by) ? repeat(kept, by) : executeAndKeep(key, by, execute))
      const refreshing = refresh(kept.reads, by)
      return refreshing === undefined ? decide() : refreshing.then(decide)
    },
    tagOf(by) {
      const { kept } = given.get(by) ?? {}
      if (kept === undefined) return undefined
      kept.made.tag ??= hash('sha256', kept.bytes, 'base64url')
      return kept.made.tag
    },
    compressed(by, coding, readText) {
      const { kept, isAll = false } = given.get(by) ?? {}
      if (kept === undefined || !isAll) return readText().then((text) => compress(text, coding))
      const { compressed } = kept.made
      const before = compressed.get(coding)
      if (before !== undefined) return before
      // Those who ask while it is made share it.
      const making = compress(kept.bytes, coding)
        .then((bytes) => {
          compressed.set(coding, bytes)
          recount(kept)
          return bytes
        })
        .catch((fault: unknown) => {
          compressed.delete(coding)
          throw fault
        })
      compressed.set(coding, making)
      return making
    },
  }
}

/** In memory of their own: a buffer of the platform's pool would keep its neighbours there. */
function bytesOf(text: string): Buffer<ArrayBuffer> {
  return Buffer.from(new TextEncoder().encode(text).buffer)
}

function sizeOf({ bytes, key, made: { compressed } }: Kept): number {
  const forms = [...compressed.values()].map((form) => ('length' in form ? form.length : 0))
  // A key with a letter beyond Latin takes two bytes for each.
  return forms.reduce((sum, length) => sum + length, bytes.length + 2 * key.length + OVERHEAD_BYTES)
}
