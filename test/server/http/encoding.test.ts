import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { startProduct } from '../../support/product.ts'

const CREATE = `mutation ($name: String!) { createAppointment(input: { title: "t", attendeeName: $name,
  startTime: "2030-01-07T10:00:00Z", endTime: "2030-01-07T11:00:00Z" }) { appointment { attendeeName } } }`
const TEXT = JSON.stringify({ query: CREATE, variables: { name: 'Müller €' } })
const UTF_8 = Buffer.from(TEXT)

const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le')
const latin1 = Buffer.from(TEXT.replace(' €', ''), 'latin1')
/** In cp1252 the euro sign is one byte, which is no letter in Latin-1. */
const cp1252 = Buffer.from(TEXT.replace('€', '\x80'), 'latin1')
const cut = UTF_8.subarray(0, UTF_8.indexOf('ü') + 1)
const cutWithin = Buffer.concat([cut, Buffer.from('"}}')])

const REFUSED: readonly (readonly [what: string, body: Buffer, type: string, status: number])[] = [
  ['in latin1', latin1, 'application/json', 400],
  ['in cp1252', cp1252, 'application/json', 400],
  ['in UTF-16', utf16(TEXT), 'application/json', 400],
  ['that ends inside a character', cut, 'application/json', 400],
  ['that is cut inside a character', cutWithin, 'application/json', 400],
  ['in latin1 that says it is UTF-8', latin1, 'application/json; charset=utf-8', 400],
  ['in latin1 that says so', latin1, 'application/json; charset=ISO-8859-1', 415],
  ['in cp1252 that says so', cp1252, 'application/json;charset="windows-1252"', 415],
  ['in UTF-8 that says it is latin1', UTF_8, 'application/json; charset=latin1', 415],
]

const TAKEN: readonly (readonly [what: string, body: Buffer, type: string])[] = [
  ['in UTF-8', UTF_8, 'application/json'],
  ['that says it is UTF-8', UTF_8, 'application/json; charset=UTF-8'],
  ['that says so in quotes', UTF_8, 'application/json; charset="utf-8"; profile=x'],
  ['with a byte-order mark', Buffer.from(`\ufeff${TEXT}`), 'application/json'],
]

type Way = 'node:http' | 'fetch'
const WAYS: readonly Way[] = ['node:http', 'fetch']

async function startPosting() {
  const product = await startProduct({ sandbox: { seed: 0 } })
  async function post(way: Way, body: Buffer, headers: Readonly<Record<string, string>>) {
    const request = new Request(`${product.url}/graphql`, {
      method: 'POST',
      headers,
      body: new Uint8Array(body),
    })
    const response = await (way === 'fetch' ? product.fetch(request) : fetch(request))
    // biome-ignore lint/suspicious/noExplicitAny: an answer of any shape
    const answer: any = await response.json()
    return { response, answer, requests: product.takeRequests() }
  }
  return { ...product, post }
}

describe.for(WAYS)('The encoding of a body by %s', (way) => {
  test.for(REFUSED)('The gateway refuses a body %s', async ([, body, type, status]) => {
    await using product = await startPosting()
    const { response, answer, requests } = await product.post(way, body, { 'content-type': type })
    expect([response.status, answer.errors[0].extensions]).toEqual([status, { code: 'BAD_REQUEST' }])
    expect(requests).toEqual([])
  })

  test.for(TAKEN)('The gateway accepts a body %s', async ([, body, type]) => {
    await using product = await startPosting()
    const { answer, requests } = await product.post(way, body, { 'content-type': type })
    expect(answer.data).toEqual({ createAppointment: { appointment: { attendeeName: 'Müller €' } } })
    expect(requests).toEqual(['POST /appointments', expect.stringMatching(/^GET /)])
    const { data } = (await product.rest('GET', '/appointments')).body
    expect((await product.rest('GET', `/appointments/${data[0].id}`)).body.data.attendee_name).toBe(
      'Müller €',
    )
  })

  test.for([
    ['gzip', gzipSync(UTF_8), 415],
    ['br', UTF_8, 415],
    ['identity, gzip', gzipSync(UTF_8), 415],
    ['Identity', UTF_8, 200],
  ] as const)('The gateway answers the Content-Encoding %s', async ([coding, body, status]) => {
    await using product = await startPosting()
    const headers = { 'content-type': 'application/json', 'content-encoding': coding }
    const { response, requests } = await product.post(way, body, headers)
    expect([response.status, requests.length > 0]).toEqual([status, status === 200])
    expect(response.headers.get('accept-encoding')).toBe(status === 200 ? null : 'identity')
  })
})

test('A character that is split between two chunks of a body is decoded correctly', async () => {
  await using product = await startProduct({ sandbox: { seed: 0 } })
  const chunks = [cut, UTF_8.subarray(cut.length)]
  // A stream as a body needs `duplex`, which the types of `fetch` do not have.
  const init: RequestInit & { readonly duplex: 'half' } = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: new ReadableStream({
      start(controller) {
        for (const chunk of chunks) controller.enqueue(new Uint8Array(chunk))
        controller.close()
      },
    }),
    duplex: 'half',
  }
  const response = await product.fetch(new Request(`${product.url}/graphql`, init))
  expect(await response.text()).toContain('Müller €')
})
