import { describe, expect, test } from 'vitest'
import {
  type Answer,
  type ClientOptions,
  createClient,
  RequestError,
  TypedDocumentString,
} from '../../../src/client/index.ts'
import { startProduct } from '../../support/product.ts'
import { statusOfStream } from '../../support/stream.ts'

interface Day {
  readonly appointments: { readonly nodes: readonly { readonly title: string }[] }
}

const DAY = new TypedDocumentString<Day, Record<string, never>>(
  'query Day @live { appointments(first: 1, filter: { clinicianId: "cli_live" }) { nodes { title } } }',
)
const ANSWER = { data: { appointments: { nodes: [] } } }
const NEXT = { data: { appointments: { nodes: [{ title: 'a' }] } } }
const ended = (code: string) => ({ errors: [{ message: '-', extensions: { code } }] })

const stream = (...parts: object[]) =>
  new Response(parts.map((part) => `event: next\ndata: ${JSON.stringify(part)}\n\n`).join(''), {
    headers: { 'content-type': 'text/event-stream' },
  })
const json = (body: object, status = 200) => Response.json(body, { status })

/** A client whose requests get these responses in turn; an error is a connection that fails. */
function clientOf(responses: readonly (Response | Error)[], options: Partial<ClientOptions> = {}) {
  const left = [...responses]
  const pauses: number[] = []
  const client = createClient({
    url: 'http://gateway.test',
    async fetch() {
      const next = left.shift()
      if (next === undefined) throw new Error('No request is expected')
      if (next instanceof Error) throw next
      return next
    },
    wait: async ({ attempt }) => void pauses.push(attempt),
    ...options,
  })
  return { client, pauses, left }
}

async function take(answers: AsyncIterable<Answer<Day>>, count: number): Promise<unknown[]> {
  const taken: unknown[] = []
  for await (const { data } of answers) {
    taken.push(data)
    if (taken.length === count) break
  }
  return taken
}

describe('client.live', () => {
  test('It yields the answer, and each that differs; leaving ends the stream', async () => {
    await using product = await startProduct({ live: true, gateway: { limits: { MAX_STREAMS: 1 } } })
    const answers = createClient({ url: `${product.url}/graphql` })
      .live(DAY)
      [Symbol.asyncIterator]()
    expect((await answers.next()).value).toEqual({ ...ANSWER, errors: [], upstreamRequests: 1 })
    const slot = { start_time: '2030-01-07T10:00:00Z', end_time: '2030-01-07T11:00:00Z' }
    const { body } = await product.rest('POST', '/appointments', {
      title: 'First',
      clinician_profile_id: 'cli_live',
      ...slot,
    })
    expect((await answers.next()).value.data.appointments.nodes).toEqual([{ title: 'First' }])
    await product.rest('PATCH', `/appointments/${body.data.id}`, { title: 'Second' })
    expect((await answers.next()).value.data.appointments.nodes).toEqual([{ title: 'Second' }])
    const waiting = answers.next()
    await answers.return?.()
    expect((await waiting).done).toBe(true)
    await expect.poll(() => statusOfStream(product.url), { timeout: 10_000 }).toBe(200)
  })

  test('It reconnects, however a stream ended, and repeats no answer', async () => {
    const { client, pauses, left } = clientOf([
      stream(ANSWER, ended('STREAM_ENDED')),
      json(ended('OVERLOADED'), 503),
      new Error('No connection'),
      stream(ANSWER),
      stream(ended('UNAUTHENTICATED')),
      stream(ANSWER, NEXT),
    ])
    expect(await take(client.live(DAY), 2)).toEqual([ANSWER.data, NEXT.data])
    expect([pauses, left]).toEqual([[1, 2, 3, 1, 1], []])
  })

  test('An answer with errors is an answer', async () => {
    const failed = {
      data: { appointments: null },
      errors: [{ message: '-', extensions: { code: 'RATE_LIMITED' } }],
    }
    const { client } = clientOf([stream(failed, ANSWER)])
    expect(await take(client.live(DAY), 2)).toEqual([failed.data, ANSWER.data])
  })

  test('The same error under another id is not a new answer', async () => {
    const failed = (extensions: object) => ({
      data: { appointments: null },
      errors: [{ message: '-', path: ['appointments'], extensions: { status: 500, ...extensions } }],
    })
    const { client } = clientOf([
      stream(failed({ code: 'INTERNAL_ERROR', requestId: 'req_1' })),
      stream(failed({ code: 'INTERNAL_ERROR', requestId: 'req_2' }), failed({ code: 'CONFLICT' }), ANSWER),
    ])
    expect(await take(client.live(DAY), 3)).toEqual([failed({}).data, failed({}).data, ANSWER.data])
  })

  test('Where the directive is off, there is one answer', async () => {
    const { client } = clientOf([json(ANSWER)])
    expect(await take(client.live(DAY), 5)).toEqual([ANSWER.data])
  })

  test.for([
    ['a refusal', [json(ended('EVENTS_UNAVAILABLE'))], 'EVENTS_UNAVAILABLE'],
    ['an error that ends its stream', [stream(ANSWER, ended('FORBIDDEN'))], 'FORBIDDEN'],
    [
      'a token that is not accepted again',
      [stream(ANSWER), json(ended('UNAUTHENTICATED'), 401)],
      'UNAUTHENTICATED',
    ],
  ] as const)('It does not reconnect after %s', async ([, responses, code]) => {
    const failing = take(clientOf(responses).client.live(DAY), 5)
    const error = await failing.catch((reason: unknown) => reason)
    expect((error as RequestError).errors[0]?.extensions.code).toBe(code)
  })

  test('A first connection that fails rejects with its reason', async () => {
    const reason = new Error('No such host')
    await expect(take(clientOf([reason]).client.live(DAY), 1)).rejects.toBe(reason)
  })

  test('A response that is not GraphQL rejects', async () => {
    const page = new Response('<html>', { headers: { 'content-type': 'text/html' } })
    await expect(take(clientOf([page]).client.live(DAY), 1)).rejects.toBeInstanceOf(RequestError)
  })

  test('Aborting its signal ends it', async () => {
    const { signal, abort } = (() => {
      const controller = new AbortController()
      return { signal: controller.signal, abort: () => controller.abort(new Error('Enough')) }
    })()
    const { client } = clientOf([stream(ANSWER)], { wait: async () => abort() })
    await expect(take(client.live(DAY, {}, { signal }), 2)).rejects.toThrow('Enough')
  })
})
