import { describe, expect, test } from 'vitest'
import {
  type ClientOptions,
  createClient,
  type PartialAnswer,
  RequestError,
  TypedDocumentString,
} from '../../../src/client/index.ts'
import { ROWS, startManualClinic } from '../../server/deferred/manual-clinic.ts'

interface Day {
  readonly appointments: {
    readonly nodes: readonly { readonly title: string; readonly attendeeName?: string | null }[]
  }
}

const DAY = new TypedDocumentString<Day, Record<string, never>>(
  '{ appointments(first: 3) { nodes { title ... @defer { attendeeName } } } }',
)

function shownBy({ data }: PartialAnswer<Day>): unknown {
  return data?.appointments.nodes.map(({ title, attendeeName }) => [title, attendeeName])
}

/** A client that receives this text as the stream of its answer. */
function clientOf(text: string, options: Partial<ClientOptions> = {}) {
  const headers = { 'content-type': 'text/event-stream' }
  return createClient({
    url: 'http://gateway.test',
    fetch: async () => new Response(text, { headers }),
    ...options,
  })
}

async function statesOf(text: string): Promise<PartialAnswer<Day>[]> {
  const states: PartialAnswer<Day>[] = []
  for await (const state of clientOf(text).inParts(DAY)) states.push(state)
  return states
}

const event = (part: object) => `event: next\ndata: ${JSON.stringify(part)}\n\n`

describe('client.inParts', () => {
  test('It yields the list first, and last the complete answer with its cost', async () => {
    await using clinic = await startManualClinic()
    const states = createClient({ url: `${clinic.url}/graphql` })
      .inParts(DAY)
      [Symbol.asyncIterator]()
    const { value: first } = await states.next()
    expect([shownBy(first), first.isComplete, first.errors]).toEqual([
      ROWS.map(({ title }) => [title, undefined]),
      false,
      [],
    ])
    await clinic.upstream.arrival(4)
    clinic.answer('a')
    clinic.answer('b', { data: null, error: { code: 'GONE', message: 'Moved away' } }, 410)
    clinic.answer('c')
    let last = first
    for (let state = await states.next(); !state.done; state = await states.next()) last = state.value
    expect([shownBy(last), last.isComplete, last.upstreamRequests]).toEqual([
      [
        ['Visit a', 'Name a'],
        ['Visit b', null],
        ['Visit c', 'Name c'],
      ],
      true,
      4,
    ])
    expect(last.errors).toMatchObject([{ extensions: { code: 'GONE' } }])
    // A state that was yielded is never modified.
    expect(shownBy(first)).toEqual(ROWS.map(({ title }) => [title, undefined]))
  })

  test('An object that a part does not change is the same object in the next state', async () => {
    const first = { data: { appointments: { nodes: [{ title: 'a' }, { title: 'b' }] } }, hasNext: true }
    const second = {
      incremental: [{ path: ['appointments', 'nodes', 1], data: { attendeeName: 'B' } }],
      hasNext: false,
    }
    const [before, after] = await statesOf(event(first) + event(second))
    const [rows, later] = [before?.data?.appointments.nodes, after?.data?.appointments.nodes]
    expect(later?.[0]).toBe(rows?.[0])
    expect(later?.[1]).toEqual({ title: 'b', attendeeName: 'B' })
    expect(rows?.[1]).toEqual({ title: 'b' })
  })

  test('An answer in one part is one state', async () => {
    await using clinic = await startManualClinic()
    const text = new TypedDocumentString<Day, Record<string, never>>(
      '{ appointments(first: 3) { nodes { title ... @defer { restId } } } }',
    )
    const states: PartialAnswer<Day>[] = []
    for await (const state of createClient({ url: `${clinic.url}/graphql` }).inParts(text)) states.push(state)
    expect(states.map(({ isComplete, upstreamRequests }) => [isComplete, upstreamRequests])).toEqual([
      [true, 1],
    ])
  })

  test('A stream that breaks before its last part is an error, with the data so far', async () => {
    const first = { data: { appointments: { nodes: [{ title: 'a' }] } }, hasNext: true }
    const reading = statesOf(event(first))
    await expect(reading).rejects.toBeInstanceOf(RequestError)
    await expect(reading).rejects.toMatchObject({ status: 200, errors: [], data: first.data })
    await expect(statesOf('event: next\ndata: {"da\n\n')).rejects.toBeInstanceOf(RequestError)
  })

  test('Leaving it ends the connection, and so does its signal', async () => {
    await using clinic = await startManualClinic()
    const signals: AbortSignal[] = []
    const client = createClient({
      url: `${clinic.url}/graphql`,
      fetch(url, init) {
        if (init.signal) signals.push(init.signal)
        return fetch(url, init)
      },
    })
    for await (const state of client.inParts(DAY)) if (!state.isComplete) break
    expect(signals.map(({ aborted }) => aborted)).toEqual([true])
    const leaving = new AbortController()
    const reading = (async () => {
      for await (const _state of client.inParts(DAY, {}, { signal: leaving.signal })) leaving.abort()
    })()
    await expect(reading).rejects.toMatchObject({ name: 'AbortError' })
  })
})
