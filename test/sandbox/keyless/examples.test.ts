import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { SandboxOptions } from '../../../src/sandbox/server.ts'
import { sandboxFor } from '../client.ts'
import { type ApiDocument, documentedResponses, exampleOf, operationOf, responseSchema } from '../document.ts'

async function documentFor(options: SandboxOptions = {}) {
  const { call } = await sandboxFor(options)
  const document: ApiDocument = (await call('GET /openapi.json', { key: null })).body
  return { call, document }
}

/** The examples of the query or the headers of a route, by name. */
function parameterExamples(document: ApiDocument, route: string, place: string): Record<string, string> {
  const { parameters = [] } = operationOf(document, route) ?? {}
  return Object.fromEntries(
    parameters
      .filter((parameter) => parameter.in === place && parameter.schema.example !== undefined)
      .map(({ name, schema }) => [name, String(schema.example)]),
  )
}

/** The body that a tool builds from the examples of the fields, without read-only fields. */
function bodyOfFields({ components }: ApiDocument, name: string): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(components.schemas[name]?.properties ?? {})
      .filter(([, { readOnly, example }]) => !readOnly && example !== undefined)
      .map(([field, { example }]) => [field, example]),
  )
}

describe('The examples of the document', () => {
  test('The API accepts a POST made of the examples, and answers the example', async () => {
    const { call, document } = await documentFor()
    const headers = parameterExamples(document, 'POST /appointments', 'header')
    const body = bodyOfFields(document, 'CreateAppointment')
    expect(Object.keys(body)).toHaveLength(12)
    const { data } = exampleOf(document, 'POST /appointments', 201)
    const { id, created_at, updated_at, ...answered } = data
    const created = await call('POST /appointments', { body, headers })
    expect(created).toMatchObject({ status: 201, body: { data: answered } })
    // The same key and body: the API repeats its first answer.
    const complete = await call('POST /appointments', {
      body: exampleOf(document, 'POST /appointments'),
      headers,
    })
    expect(complete).toMatchObject({ status: 201, body: created.body })
  })

  test('The API accepts a PATCH and a cancel made of the examples', async () => {
    const { call, document } = await documentFor()
    const { id } = (await call('POST /appointments', { body: exampleOf(document, 'POST /appointments') }))
      .body.data
    const requests = [
      ['PATCH /appointments/{id}', bodyOfFields(document, 'UpdateAppointment')],
      ['PATCH /appointments/{id}', exampleOf(document, 'PATCH /appointments/{id}')],
      ['POST /appointments/{id}/cancel', exampleOf(document, 'POST /appointments/{id}/cancel')],
    ] as const
    for (const [route, body] of requests) {
      const { status, body: answer } = await call(route.replace('{id}', id), { body })
      expect([route, status, answer.data]).toEqual([route, 200, expect.objectContaining(body)])
    }
  })

  test('The API accepts a webhook made of the examples, and answers the example', async () => {
    const { call, document } = await documentFor()
    const made = bodyOfFields(document, 'CreateWebhook')
    expect(exampleOf(document, 'POST /webhooks')).toEqual(made)
    const { id, secret, created_at, updated_at, ...answered } = exampleOf(
      document,
      'POST /webhooks',
      201,
    ).data
    expect([id, secret]).toEqual([expect.stringMatching(/^wh_/), expect.stringMatching(/^whsec_/)])
    const created = await call('POST /webhooks', { body: made })
    expect(created).toMatchObject({ status: 201, body: { data: answered } })
    const path = `/webhooks/${created.body.data.id}`
    for (const body of [exampleOf(document, 'PATCH /webhooks/{id}'), bodyOfFields(document, 'UpdateWebhook')])
      expect(await call(`PATCH ${path}`, { body })).toMatchObject({ status: 200, body: { data: body } })
  })

  test('The API accepts a patient made of the examples, and answers the example', async () => {
    const { call, document } = await documentFor()
    const body = exampleOf(document, 'POST /patients')
    expect(body).toMatchObject(bodyOfFields(document, 'CreatePatient'))
    const { id, created_at, updated_at, ...answered } = exampleOf(document, 'POST /patients', 201).data
    const headers = parameterExamples(document, 'POST /patients', 'header')
    const created = await call('POST /patients', { body, headers })
    expect(created).toMatchObject({ status: 201, body: { data: answered } })
    const path = `/patients/${created.body.data.id}`
    for (const change of [
      exampleOf(document, 'PATCH /patients/{id}'),
      bodyOfFields(document, 'UpdatePatient'),
    ])
      expect(await call(`PATCH ${path}`, { body: change })).toMatchObject({
        status: 200,
        body: { data: change },
      })
  })

  test('A write elsewhere made of the example is accepted, and answers the example', async () => {
    const { call, document } = await documentFor({ faults: true })
    const { id } = (await call('POST /appointments', { body: exampleOf(document, 'POST /appointments') }))
      .body.data
    const body = { ...exampleOf(document, 'POST /_elsewhere'), id }
    expect(await call('POST /_elsewhere', { body })).toMatchObject({ status: 200, body: { data: body } })
  })

  test('The query made of the examples finds the appointment of the examples', async () => {
    const { call, document } = await documentFor()
    const { start_time, end_time, status } = bodyOfFields(document, 'Appointment')
    const body = { ...bodyOfFields(document, 'CreateAppointment'), start_time, end_time, status }
    const { id } = (await call('POST /appointments', { body })).body.data
    const query = parameterExamples(document, 'GET /appointments', 'query')
    expect(Object.keys(query)).toHaveLength(8)
    const { date_gte, date_lte } = query
    expect(z.tuple([z.iso.datetime(), z.iso.datetime()]).safeParse([date_gte, date_lte]).success).toBe(true)
    const page = await call(`GET /appointments?${new URLSearchParams(query)}`)
    expect(page.body.data.map((row: { id: string }) => row.id)).toEqual([id])
  })

  test.each<SandboxOptions>([{ faults: true }, { listRows: 'full', transitionStatus: 422 }])(
    'Every response has an example that its schema accepts, with its code: %o',
    async (options) => {
      const { document } = await documentFor(options)
      for (const { route, status, description } of documentedResponses(document)) {
        const example = exampleOf(document, route, status)
        expect(responseSchema(document, route, status)?.safeParse(example).error, route).toBeUndefined()
        if (status >= 400) expect(`${description} ${route}`).toMatch(new RegExp(`^${example.error.code}: `))
      }
    },
  )

  test('The rate headers are those of a first request, and at 429 of a spent quota', async () => {
    const { document } = await documentFor({ faults: true })
    for (const { route, status, headers } of documentedResponses(document)) {
      const examples = Object.entries(headers).map(([name, { schema }]) => [name, schema.example])
      const isFree = status === 401 || / \/_(faults|elsewhere)\b/.test(route)
      const quota = { 'x-ratelimit-limit': 1000, 'x-ratelimit-remaining': status === 429 ? 0 : 999 }
      const expected = { 'x-request-id': 'req_abc123', ...(!isFree && quota) }
      expect([route, status, Object.fromEntries(examples)]).toEqual([route, status, expected])
    }
  })
})
