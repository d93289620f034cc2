import { hash } from 'node:crypto'
import type { ExecutionResult } from 'graphql'
import { LRUCache } from 'lru-cache'
import type { Remembered } from '../../rest/client.ts'
import type { Snapshot } from '../../rest/pipe/cache.ts'
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
  /** The text of the operation's answer in this coding: the bytes of before, where it is the same text. */
  readonly compressed: (operation: Operation, text: string, coding: Coding) => MaybePromise<Bytes>
}

interface Kept {
  readonly key: string
  /** The whole answer, where there is nothing but `data` in it. */
  readonly text: string
  readonly snapshot: Snapshot
  /** What was made of it for its clients. Replacing the entry keeps it. */
  readonly made: { tag?: string; readonly compressed: Map<Coding, Compressed> }
}

interface Compressed {
  /** Differs from the kept text where there are extensions. */
  readonly text: string
  readonly bytes: MaybePromise<Bytes>
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
  const answers = new LRUCache<string, Kept>({ maxSize: MAX_BYTES, sizeCalculation: sizeOf })
  const given = createNote<Operation, Kept>('given')

  function repeat(kept: Kept, by: Operation): WrittenResult {
    given.set(by, kept)
    by.ledger.remembered += kept.snapshot.requests.length
    by.ledger.isRepeated = true
    return { data: {}, stringify: (result) => write(kept.text, result) }
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
    if (!isPlain || reads === undefined || reads.length === 0) return result
    const madeOf = snapshot(reads, by)
    if (madeOf === undefined) return result
    const written: WrittenResult = {
      ...result,
      // Written once: what is sent is what is kept.
      stringify(finished) {
        const text = `{"data":${JSON.stringify(result.data)}}`
        const kept = { key, text, snapshot: madeOf, made: { compressed: new Map() } }
        answers.set(key, kept)
        given.set(by, kept)
        return write(text, finished)
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
      const { view, access } = by
      const key = JSON.stringify([view, access.mayRead, operationName, variables, text])
      const kept = answers.get(key)
      if (kept === undefined) return executeAndKeep(key, by, execute)
      const decide = () => (holds(kept.snapshot, by) ? repeat(kept, by) : executeAndKeep(key, by, execute))
      const refreshing = refresh(kept.snapshot, by)
      return refreshing === undefined ? decide() : refreshing.then(decide)
    },
    tagOf(by) {
      const kept = given.get(by)
      if (kept === undefined) return undefined
      kept.made.tag ??= hash('sha256', kept.text, 'base64url')
      return kept.made.tag
    },
    compressed(by, text, coding) {
      const kept = given.get(by)
      if (kept === undefined) return compress(text, coding)
      const { compressed } = kept.made
      const before = compressed.get(coding)
      if (before?.text === text) return before.bytes
      // Those who ask while it is made share it.
      const making = compress(text, coding)
        .then((bytes) => {
          compressed.set(coding, { text, bytes })
          recount(kept)
          return bytes
        })
        .catch((fault: unknown) => {
          compressed.delete(coding)
          throw fault
        })
      compressed.set(coding, { text, bytes: making })
      return making
    },
  }
}

function write(text: string, { extensions }: ExecutionResult): string {
  return extensions === undefined ? text : `${text.slice(0, -1)},"extensions":${JSON.stringify(extensions)}}`
}

function sizeOf({ text, key, made: { compressed } }: Kept): number {
  const besides = [...compressed.values()].map(
    (form) =>
      (form.text === text ? 0 : sizeOfText(form.text)) + ('length' in form.bytes ? form.bytes.length : 0),
  )
  return besides.reduce((sum, bytes) => sum + bytes, sizeOfText(text) + sizeOfText(key) + OVERHEAD_BYTES)
}

/** The engine takes one byte for each character, or two for each where one of them needs two. */
function sizeOfText(text: string): number {
  return Buffer.byteLength(text) === text.length ? text.length : 2 * text.length
}
