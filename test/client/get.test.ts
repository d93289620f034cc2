import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createAnswerCache } from '../../src/client/answer-cache.ts'
import {
  AppointmentDocument,
  AppointmentsDocument,
  type ClientOptions,
  createClient,
  createRelayNetwork,
  TypedDocumentString,
  UpdateAppointmentDocument,
} from '../../src/client/index.ts'
import { readTrustedDocuments } from '../../src/server/documents/trusted.ts'
import type { GatewayTestOptions } from '../support/gateway.ts'
import { startProduct } from '../support/product.ts'
import { startScriptedUpstream } from '../support/scripted-upstream.ts'
import { bearer, TOKENS } from '../support/tokens.ts'

interface SentRequest {
  readonly method: string | undefined
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly cache: string | undefined
  readonly status: number
}

/** A client of the complete product, with the requests that it sends. */
async function startPolling(options: Partial<ClientOptions> = {}, gateway: GatewayTestOptions = {}) {
  const product = await startProduct({ gateway })
  const sent: SentRequest[] = []
  const client = createClient({
    url: `${product.url}/graphql`,
    async fetch(url, init) {
      const response = await fetch(url, init)
      const { method, cache } = init
      sent.push({
        method,
        cache,
        url,
        headers: init.headers as SentRequest['headers'],
        status: response.status,
      })
      return response
    },
    ...options,
  })
  return {
    product,
    client,
    takeSent: () => sent.splice(0),
    /** The requests since the last call: `GET 200`. */
    takeLines: () => sent.splice(0).map(({ method, status }) => `${method} ${status}`),
    [Symbol.asyncDispose]: () => product[Symbol.asyncDispose](),
  }
}

const DAY = {
  first: 5,
  filter: {
    status: ['CONFIRMED' as const],
    startTime: { gte: '2026-01-01T00:00:00Z', lte: '2027-01-01T00:00:00.000Z' },
  },
}

describe('The typed client', () => {
  test('A poll is sent by GET, and after a 304 the client returns its cached answer', async () => {
    await using polling = await startPolling()
    const { client, takeSent, product } = polling
    const first = await client.ask(AppointmentsDocument, DAY)
    const again = await client.ask(AppointmentsDocument, DAY)
    expect(again).toEqual({ ...first, upstreamRequests: 0 })
    expect([first.upstreamRequests, first.data?.appointments?.nodes.length]).toEqual([1, 5])
    const sent = takeSent()
    expect(sent.map(({ method, status, cache }) => [method, status, cache])).toEqual([
      ['GET', 200, 'no-store'],
      ['GET', 304, 'no-store'],
    ])
    expect(sent.map(({ headers }) => 'if-none-match' in headers)).toEqual([false, true])
    expect(product.takeRequests()).toHaveLength(1)
  })

  test('Each caller gets its own copy of an answer: changing one changes no other', async () => {
    await using polling = await startPolling()
    const { appointments } = await polling.client.request(AppointmentsDocument, DAY)
    appointments?.nodes.splice(0)
    const again = await polling.client.request(AppointmentsDocument, DAY)
    expect(again.appointments?.nodes).toHaveLength(5)
    expect(polling.takeLines()).toEqual(['GET 200', 'GET 304'])
  })

  test('After a write the poll has the written value', async () => {
    await using polling = await startPolling()
    const { client, takeLines } = polling
    const { appointments } = await client.request(AppointmentsDocument, { first: 1 })
    await client.request(AppointmentsDocument, { first: 1 })
    const id = appointments?.nodes[0]?.id ?? ''
    await client.request(UpdateAppointmentDocument, { input: { id, title: 'New' } }, { byGet: true })
    const after = await client.request(AppointmentsDocument, { first: 1 })
    expect(after.appointments?.nodes[0]?.title).toBe('New')
    expect(takeLines()).toEqual(['GET 200', 'GET 304', 'POST 200', 'GET 200'])
  })

  test('Variables that may identify a person are in no URL, unless the caller allows it', async () => {
    await using polling = await startPolling()
    const { client, takeLines } = polling
    const methodOf = async (variables: object, byGet?: boolean) => {
      await client.ask(AppointmentsDocument, variables, byGet === undefined ? {} : { byGet })
      return takeLines()[0]?.split(' ')[0]
    }
    for (const harmless of [
      {},
      { first: null },
      DAY,
      { filter: { startTime: { gte: '2026-01-01T10:00:00+01:00', lte: '2026-01-02' } } },
      { filter: { day: '2026-03-29', timeZone: 'Europe/London' } },
      { day: '2026-03-29', timeZone: 'UTC', gte: '2026-03-29', status: 'PENDING', withNames: true, last: 5 },
      { from: '2026-01-01T10:00:00Z' },
    ])
      expect([harmless, await methodOf(harmless)]).toEqual([harmless, 'GET'])
    for (const naming of [
      { filter: { patientId: 'pat_1' } },
      { filter: { clinicianId: '17' } },
      { first: 1, after: 'AhPF' },
      { filter: { status: ['SMITH'] } },
      { filter: { day: '2026-03-29', timeZone: 'Smith/London' } },
      { filter: { startTime: { gte: '2026-01-01 Smith' } } },
      { filter: { patientId: '' } },
      { search: '1984-02-29' },
      { search: ['1984-02-29'] },
      { search: { toJSON: () => '1984-02-29' } },
      { day: { search: '1984-02-29' } },
      { filter: { startTime: '1984-02-29' } },
      { id: 9_434_765_919 },
      { filter: { patientId: 9_434_765_919 } },
      { filter: { day: 9_434_765_919 } },
      { first: '9434765919' },
      { search: 'Europe/London' },
      { search: 'PENDING' },
      { day: 'PENDING' },
    ]) {
      expect([naming, await methodOf(naming)]).toEqual([naming, 'POST'])
      expect([naming, await methodOf(naming, true)]).toEqual([naming, 'GET'])
    }
    expect(await methodOf(DAY, false)).toBe('POST')
    await client.ask(AppointmentDocument, { id: 'apt_1' })
    expect(takeLines()).toEqual(['POST 200'])
  })

  test('An option of the client sends all by POST, or all queries by GET', async () => {
    for (const [byGet, method] of [
      [false, 'POST'],
      [true, 'GET'],
    ] as const) {
      await using polling = await startPolling({ byGet })
      await polling.client.ask(AppointmentsDocument, byGet ? { after: 'AhPF' } : DAY)
      expect(polling.takeSent().map((sent) => sent.method)).toEqual([method])
    }
  })

  test('No URL has more than 2,000 characters: a longer query is sent by POST', async () => {
    await using polling = await startPolling()
    const { client, takeSent } = polling
    const documentOf = (length: number) => {
      const text = '{ appointments(first: 1) { nodes { id } } }'
      return new TypedDocumentString<unknown, Record<string, never>>(`${text}#${'x'.repeat(length)}`)
    }
    await client.ask(documentOf(0))
    const rest = 2000 - (takeSent()[0]?.url.length ?? 0)
    await client.ask(documentOf(rest))
    await client.ask(documentOf(rest + 1))
    expect(takeSent().map(({ method, url }) => [method, url.length > 200])).toEqual([
      ['GET', true],
      ['POST', false],
    ])
  })

  test('A document with a trusted hash is sent as its hash, however long its text is', async () => {
    const text = `{ appointments(first: 1) { nodes { id } } }#${'x'.repeat(3000)}`
    const hash = createHash('sha256').update(text).digest('hex')
    const document = new TypedDocumentString<unknown, Record<string, never>>(text, { hash })
    await using trusting = await startPolling(
      {},
      { trustedDocuments: new Map([[hash, text]]), trustedDocumentsOnly: true },
    )
    await trusting.client.request(document)
    await trusting.client.request(document)
    expect(trusting.takeLines()).toEqual(['GET 200', 'GET 304'])
  })

  test('A hash that the gateway does not know is sent once, and then its text', async () => {
    const document = new TypedDocumentString<unknown, Record<string, never>>('{ __typename }', { hash: 'h' })
    await using polling = await startPolling()
    for (let nth = 0; nth < 2; nth += 1) await polling.client.request(document)
    expect(polling.takeSent().map(({ url }) => /\?(\w+)=/.exec(url)?.[1])).toEqual([
      'extensions',
      'query',
      'query',
    ])
    // Where the gateway refuses texts as well, the client sends none.
    await using closed = await startPolling({}, { trustedDocumentsOnly: true })
    await expect(closed.client.request(document)).rejects.toHaveProperty('status', 400)
    expect(closed.takeLines()).toEqual(['GET 400'])
  })

  test('The documents of the package are sent as hashes to a gateway that trusts them', async () => {
    const trustedDocuments = readTrustedDocuments(
      'src/client/generated/persisted-documents.json',
      'TRUSTED_DOCUMENTS',
    )
    await using trusting = await startPolling(
      { trusted: true },
      { trustedDocuments, trustedDocumentsOnly: true },
    )
    const { appointments } = await trusting.client.request(AppointmentsDocument, { first: 1 })
    const id = appointments?.nodes[0]?.id ?? ''
    await trusting.client.request(UpdateAppointmentDocument, { input: { id, title: 'New' } })
    expect(trusting.takeLines()).toEqual(['GET 200', 'POST 200'])
    // If the gateway does not trust the documents, the client sends their texts.
    await using polling = await startPolling({ trusted: true })
    for (let nth = 0; nth < 2; nth += 1)
      await polling.client.request(UpdateAppointmentDocument, { input: { id, title: 'New' } })
    expect(polling.takeLines()).toEqual(['POST 200', 'POST 200', 'POST 200'])
  })

  test('A failed query is sent again, and a 304 without a cached answer is an error', async () => {
    let answer: { status: number; headers?: Record<string, string>; body: unknown } = {
      status: 200,
      headers: { etag: 'W/"a"' },
      body: { data: { appointments: null } },
    }
    await using server = await startScriptedUpstream(() => answer)
    const client = createClient({ url: `${server.url}/graphql?tenant=1` })
    answer = { status: 502, headers: { etag: 'W/"b"' }, body: '<h1>' }
    await expect(client.ask(AppointmentsDocument)).rejects.toHaveProperty('status', 502)
    answer = { status: 304, body: '' }
    await expect(client.ask(AppointmentsDocument)).rejects.toHaveProperty('status', 304)
    expect(server.requests.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, undefined])
    expect(server.requests[0]?.line).toMatch(/^GET \/graphql\?tenant=1&query=/)
  })

  test('A client whose token changes gets what the new token may read', async () => {
    let headers = {}
    await using polling = await startPolling({ headers: () => headers }, { tokens: TOKENS })
    const { client, product } = polling
    const { data } = (await product.rest('GET', '/appointments?limit=40')).body
    const patients = [...new Set<string>(data.map((row: { patient_id: string }) => row.patient_id))].slice(
      0,
      3,
    )
    const claims = [{}, ...patients.map((id) => ({ patient_id: id }))]
    const callers = await Promise.all(claims.map((each) => bearer({ scope: 'appointments:read', ...each })))
    const alone = await Promise.all(
      callers.map((each) =>
        createClient({ url: `${product.url}/graphql`, headers: each, byGet: false }).request(
          AppointmentsDocument,
        ),
      ),
    )
    expect(new Set(alone.map((each) => JSON.stringify(each))).size).toBe(callers.length)
    await fc.assert(
      fc.asyncProperty(fc.nat(callers.length - 1), async (nth) => {
        headers = callers[nth] ?? {}
        expect(await client.request(AppointmentsDocument)).toEqual(alone[nth])
      }),
      { numRuns: 40 },
    )
    expect(polling.takeLines()).toContain('GET 304')
  })

  test('Relay polls by GET through the client', async () => {
    await using polling = await startPolling()
    const { fetch } = createRelayNetwork(polling.client)
    const request = { name: 'Day', text: 'query Day { appointments(first: 2) { nodes { id } } }' }
    expect(await fetch(request, {})).toEqual(await fetch(request, {}))
    expect(polling.takeLines()).toEqual(['GET 200', 'GET 304'])
  })
})

test('The cache stays below its limit, and keeps the most recently used answers', () => {
  const MOST = 40
  const step = fc.record({
    url: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    length: fc.nat(50),
    isRead: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const kept = createAnswerCache(MOST)
      /** The most recently used answer is the last. */
      let model: { url: string; text: string }[] = []
      for (const { url, length, isRead } of steps) {
        const known = model.find((each) => each.url === url)
        if (isRead) expect(kept.get(url)?.text).toBe(known?.text)
        else kept.set(url, { tag: 't', text: 'x'.repeat(length) })
        const used = isRead ? known : { url, text: 'x'.repeat(length) }
        model = [...model.filter((each) => each.url !== url), ...(used ? [used] : [])]
        while (model.reduce((sum, each) => sum + each.url.length + each.text.length, 0) > MOST) model.shift()
      }
    }),
  )
})
