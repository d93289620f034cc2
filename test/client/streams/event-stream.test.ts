import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createEventParser, readEvents } from '../../../src/client/streams/event-stream.ts'

const NEXT = { name: 'next', data: '{"data":"Zoë 🩺"}' }
const STREAM = [
  ':',
  '',
  'event: next',
  `data: ${NEXT.data}`,
  '',
  ': sign of life',
  '',
  'event: complete',
  'data:',
  '',
  '',
].join('\n')
const EVENTS = [NEXT, { name: 'complete', data: '' }]
const SIGNAL = new AbortController().signal

async function read(chunks: readonly Uint8Array[]) {
  const events: unknown[] = []
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk)
      controller.close()
    },
  })
  for await (const event of readEvents(body, { silenceMs: 1000, signal: SIGNAL })) events.push(event)
  return events
}

const parse = (text: string) => createEventParser()(text)

test('Events are the same however the bytes are cut, and with any line break', async () => {
  const cuts = fc.array(fc.nat(200), { maxLength: 12 })
  await fc.assert(
    fc.asyncProperty(fc.constantFrom('\n', '\r\n', '\r'), cuts, async (lineBreak, places) => {
      const bytes = new TextEncoder().encode(`${STREAM.replaceAll('\n', lineBreak)}:${lineBreak}`)
      const ends = [...places.filter((place) => place < bytes.length).sort((a, b) => a - b), bytes.length]
      const chunks = ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end))
      expect(await read(chunks)).toEqual(EVENTS)
    }),
    { numRuns: 300 },
  )
})

test('Several data lines are one text, with or without the space after the colon', () => {
  expect(parse('event:next\ndata:{\ndata: "data"\ndata:  : 1\ndata\ndata: }\n\n')).toEqual([
    { name: 'next', data: '{\n"data"\n : 1\n\n}' },
  ])
})

test('Comments, other fields, a byte order mark and empty events are ignored', async () => {
  const text = `\uFEFFid: 7\nretry: 10\n\n:\n\n\n${STREAM}`
  expect(await read([new TextEncoder().encode(text)])).toEqual(EVENTS)
})

test('An event without its final empty line is ignored', async () => {
  expect(await read([new TextEncoder().encode('event: next\ndata: {}\n\nevent: next\ndata: {}\n')])).toEqual([
    { name: 'next', data: '{}' },
  ])
})

test('A stream on which nothing arrives ends, and is cancelled', async () => {
  const { promise: cancelled, resolve } = Promise.withResolvers<void>()
  const body = new ReadableStream<Uint8Array>({ cancel: () => resolve() })
  const events = readEvents(body, { silenceMs: 5, signal: SIGNAL })
  expect(await events.next()).toEqual({ done: true, value: undefined })
  await cancelled
})
