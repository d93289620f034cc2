import { hash } from 'node:crypto'
import type { ExecutionResult } from 'graphql'
import { LRUCache } from 'lru-cache'
import { rightsOf } from '../../rest/access.ts'
import type { CachedReads } from '../../rest/client.ts'
import type { CachedRead } from '../../rest/pipe/ledger.ts'
import type { Operation } from '../../rest/pipe/pipe.ts'
import type { MaybePromise } from '../../shared/maybe-promise.ts'
import { createSymbolProperty } from '../symbol-property.ts'
import { type Bytes, type Coding, compress } from './compression.ts'

/** A query. Its answer depends on these values and on the replies to its reads, and on nothing else. */
export interface Query {
  readonly text: string
  readonly operationName: string | undefined
  readonly variables: unknown
  readonly operation: Operation
}

export interface Memo {
  /** The answer to a query: the cached one where all its reads are still cached, else the result of `execute`. */
  answer(query: Query, execute: () => MaybePromise<ExecutionResult>): MaybePromise<ExecutionResult>
  /** A tag of the `data` of the operation's answer: equal for equal data. Undefined where the answer is not cached. */
  readonly tagOf: (operation: Operation) => string | undefined
  /** The operation's answer in this coding. The bytes are cached where the answer is a cached one without extensions. */
  readonly compressed: (
    operation: Operation,
    coding: Coding,
    readText: () => Promise<string>,
  ) => MaybePromise<Bytes>
}

interface CachedAnswer {
  readonly key: string
  /** The response body without extensions: an object with `data` alone. */
  readonly bytes: Buffer<ArrayBuffer>
  readonly reads: readonly CachedRead[]
  /** Computed from `bytes` when first needed. A replaced entry shares it with the entry before. */
  readonly derived: { tag?: string; readonly compressed: Map<Coding, MaybePromise<Bytes>> }
}

/** The cached answer that an operation is answered with. */
interface SentAnswer {
  readonly cached: CachedAnswer
  hasExtensions: boolean
}

/**
 * A result with its own serializer: yoga calls `stringify` for the response body. It accepts bytes as it does a text, and
 * neither counts nor encodes them again.
 */
interface SerializableResult extends ExecutionResult {
  readonly stringify: (result: ExecutionResult) => string | Buffer
}

const MAX_BYTES = 64 * 1024 * 1024
/** The estimated size of an entry without its texts: the list of reads, and the entry of the map. */
const OVERHEAD_BYTES = 1024

/**
 * Screens send the same query again and again. The bytes of an answer are cached with the list of its cached reads, and are
 * fresh while all of these are: a write, an event or the TTL that invalidates a read invalidates the answer too. Answers
 * with errors, or with stale parts, are not cached.
 */
export function createMemo(
  { areFresh, refresh }: Omit<CachedReads, 'areUnchanged'>,
  { isOn = true }: { readonly isOn?: boolean } = {},
): Memo {
  const answers = new LRUCache<string, CachedAnswer>({ maxSize: MAX_BYTES, sizeCalculation: sizeOf })
  const sentAnswers = createSymbolProperty<Operation, SentAnswer>('sentAnswer')

  function repeat(cached: CachedAnswer, operation: Operation): SerializableResult {
    operation.ledger.remembered += cached.reads.length
    operation.ledger.isRepeated = true
    return { data: {}, stringify: (result) => serialize(cached, result, operation) }
  }

  function serialize(
    cached: CachedAnswer,
    { extensions }: ExecutionResult,
    operation: Operation,
  ): string | Buffer {
    sentAnswers.set(operation, { cached, hasExtensions: extensions !== undefined })
    const { bytes } = cached
    if (extensions === undefined) return bytes
    return `${bytes.toString('utf8', 0, bytes.length - 1)},"extensions":${JSON.stringify(extensions)}}`
  }

  async function executeAndCache(
    key: string,
    operation: Operation,
    execute: () => MaybePromise<ExecutionResult>,
  ): Promise<ExecutionResult> {
    const { ledger } = operation
    ledger.reads = []
    const result = await execute()
    const { reads } = ledger
    const isCacheable = result.errors === undefined && result.data != null && ledger.stale.size === 0
    if (!isCacheable || reads === undefined || reads.length === 0 || !areFresh(reads, operation))
      return result
    const serializable: SerializableResult = {
      ...result,
      // The cached bytes are also the response body, so the data is serialized once.
      stringify(finished) {
        const bytes = bytesOf(`{"data":${JSON.stringify(result.data)}}`)
        const cached = { key, bytes, reads, derived: { compressed: new Map() } }
        answers.set(key, cached)
        return serialize(cached, finished, operation)
      },
    }
    return serializable
  }

  /** The LRU cache computes the size of an entry only when it is set, so the entry is set again. */
  function updateSize(cached: CachedAnswer): void {
    if (answers.peek(cached.key)?.derived === cached.derived) answers.set(cached.key, { ...cached })
  }

  return {
    answer({ text, operationName, variables, operation }, execute) {
      if (!isOn) return execute()
      const { view, access } = operation
      const key = JSON.stringify([view, rightsOf(access), operationName, variables, text])
      const cached = answers.get(key)
      if (cached === undefined) return executeAndCache(key, operation, execute)
      const repeatOrExecute = () =>
        areFresh(cached.reads, operation)
          ? repeat(cached, operation)
          : executeAndCache(key, operation, execute)
      const refreshing = refresh(cached.reads, operation)
      return refreshing === undefined ? repeatOrExecute() : refreshing.then(repeatOrExecute)
    },
    tagOf(operation) {
      const { cached } = sentAnswers.get(operation) ?? {}
      if (cached === undefined) return undefined
      cached.derived.tag ??= hash('sha256', cached.bytes, 'base64url')
      return cached.derived.tag
    },
    compressed(operation, coding, readText) {
      const { cached, hasExtensions = true } = sentAnswers.get(operation) ?? {}
      if (cached === undefined || hasExtensions) return readText().then((text) => compress(text, coding))
      const { compressed } = cached.derived
      const known = compressed.get(coding)
      if (known !== undefined) return known
      // Requests that arrive while it runs share the compression.
      const compressing = compress(cached.bytes, coding)
        .then((bytes) => {
          compressed.set(coding, bytes)
          updateSize(cached)
          return bytes
        })
        .catch((fault: unknown) => {
          compressed.delete(coding)
          throw fault
        })
      compressed.set(coding, compressing)
      return compressing
    },
  }
}

/** Not in Node's buffer pool: a cached slice of the pool would keep the memory of its neighbours. */
function bytesOf(text: string): Buffer<ArrayBuffer> {
  return Buffer.from(new TextEncoder().encode(text).buffer)
}

function sizeOf({ bytes, key, derived: { compressed } }: CachedAnswer): number {
  const lengths = [...compressed.values()].map((each) => ('length' in each ? each.length : 0))
  // A key with a letter beyond Latin-1 takes two bytes for each letter.
  return lengths.reduce((sum, length) => sum + length, bytes.length + 2 * key.length + OVERHEAD_BYTES)
}
