import { LRUCache } from 'lru-cache'
import type { Answer } from './dispatch.ts'
import { asObject } from './envelope.ts'

/** Reads the bodies of answers as JSON. */
export interface Bodies {
  /** Undefined where it is no JSON. Equal answers may share what they are read to, so nobody may change it. */
  read(asked: string, answer: Pick<Answer, 'chunks' | 'bytes'>): unknown
}

/** An answer but for its last member: its bytes and, once they have come twice, what they say. */
interface Head {
  readonly bytes: Buffer
  members: object | undefined
}

/** What is smaller is parsed faster than it is compared and put together. */
const WORTH_BYTES = 8_192
const MAX_BYTES = 32 * 1024 * 1024
/** How many times its text an object takes, and the text itself. */
const OBJECTS_AND_TEXT = 4

/**
 * Parses only what an answer says that the one before did not. No two are the same to the byte, as each has an id of
 * its own in its `meta`, which comes last; the list in front of it mostly is the same, and then it is not parsed again:
 * of a page of 100 that was a quarter of the time. Nothing is older for it: every answer is compared to the byte. Of
 * one that changes each time only the bytes are kept: to keep objects that nobody asks for again is dear to collect.
 */
export function createBodies(): Bodies {
  const heads = new LRUCache<string, Head>({
    maxSize: MAX_BYTES,
    sizeCalculation: ({ bytes }) => OBJECTS_AND_TEXT * bytes.length,
  })

  /** Cut at a comma, so the text of either part is what it is in the whole. Both are objects only if the whole is. */
  function readParts(head: Head, rest: readonly Buffer[]): object | undefined {
    const tail = parseObject(`{${textOf(rest).slice(1)}`)
    head.members ??= tail && parseObject(`${head.bytes.toString()}}`)
    return tail && head.members && { ...head.members, ...tail }
  }

  function readWhole(asked: string, chunks: readonly Buffer[]): unknown {
    const body = Buffer.concat(chunks)
    const end = body.lastIndexOf(',', Math.max(0, body.lastIndexOf('"meta"')))
    if (end <= 0) heads.delete(asked)
    else heads.set(asked, { bytes: body.subarray(0, end), members: undefined })
    return parse(textOf([body]))
  }

  return {
    read(asked, { chunks, bytes }) {
      if (bytes < WORTH_BYTES) return parse(textOf(chunks))
      const head = heads.get(asked)
      const rest = head && restBehind(head.bytes, chunks)
      return (rest && readParts(head, rest)) ?? readWhole(asked, chunks)
    },
  }
}

/** What comes behind these bytes; undefined where it does not begin with them. */
function restBehind(bytes: Buffer, chunks: readonly Buffer[]): Buffer[] | undefined {
  const rest: Buffer[] = []
  let start = 0
  for (const chunk of chunks) {
    const end = Math.min(start + chunk.length, bytes.length)
    if (chunk.compare(bytes, start, end, 0, end - start) !== 0) return undefined
    if (end - start < chunk.length) rest.push(chunk.subarray(end - start))
    start = end
  }
  return start === bytes.length && rest[0]?.[0] === COMMA ? rest : undefined
}

const COMMA = 0x2c

function textOf(chunks: readonly Buffer[]): string {
  const [first] = chunks
  const text = (chunks.length === 1 && first ? first : Buffer.concat(chunks)).toString()
  return text.startsWith('\uFEFF') ? text.slice(1) : text
}

/** With at least one member: what has none is joined to others by no comma. */
function parseObject(text: string): object | undefined {
  const value = asObject(parse(text))
  return value && Object.keys(value).length > 0 ? value : undefined
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
