import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { UpstreamError } from '../../src/rest/errors.ts'
import { openEnvelope } from '../../src/rest/wire/envelope.ts'
import { operationOf, startRest } from '../support/rest.ts'
import { startScriptedUpstream } from '../support/scripted-upstream.ts'

const HEADERS = { 'x-request-id': 'req_header', 'x-ratelimit-limit': '1000', 'x-ratelimit-remaining': '7' }

function answer(status: number, body: unknown) {
  return {
    status,
    headers: HEADERS,
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  }
}

function refusalOf(status: number, body: unknown): UpstreamError {
  try {
    openEnvelope(answer(status, body))
  } catch (error) {
    return error as UpstreamError
  }
  throw new Error('the envelope was opened')
}

describe('the envelope', () => {
  test('data comes with its meta, the request id and the quota', () => {
    const body = { data: { id: 'a' }, meta: { request_id: 'req_1' } }
    expect(openEnvelope(answer(200, body))).toEqual({
      data: { id: 'a' },
      meta: { request_id: 'req_1' },
      response: {
        status: 200,
        requestId: 'req_1',
        quota: { limit: 1000, remaining: 7 },
        dateMs: undefined,
        retryAfterMs: undefined,
      },
      bytes: 3 * JSON.stringify(body).length,
    })
  })

  test.for([
    [
      409,
      { data: null, meta: { request_id: 'r' }, error: { code: 'INVALID_STATE_TRANSITION', message: 'm' } },
      'INVALID_STATE_TRANSITION',
    ],
    [200, { data: null, meta: { request_id: 'r' }, error: { code: 'CONFLICT', message: 'm' } }, 'CONFLICT'],
    [400, { error: { code: 'invalid_request', message: 'm' } }, 'invalid_request'],
    [404, { error: 'm', details: 'd', request_id: 'r' }, 'NOT_FOUND'],
    [400, { error: 'm' }, 'VALIDATION_ERROR'],
    [500, { data: null, error: { code: 'INTERNAL_ERROR', message: 'm' } }, 'INTERNAL_ERROR'],
    [401, { error: { code: 'whatever', message: 'm' } }, 'UNAUTHENTICATED'],
    [403, { error: { code: 'whatever', message: 'm' } }, 'FORBIDDEN'],
    [429, { error: { code: 'RATE_LIMITED', message: 'm' } }, 'RATE_LIMITED'],
    [429, '<html>slow down</html>', 'RATE_LIMITED'],
    [502, '<html>bad gateway</html>', 'UPSTREAM_UNAVAILABLE'],
    [404, '<html>not here</html>', 'UPSTREAM_INVALID_RESPONSE'],
    [302, '', 'UPSTREAM_INVALID_RESPONSE'],
    [200, '<html>welcome</html>', 'UPSTREAM_INVALID_RESPONSE'],
    [200, '{"data":{"id":', 'UPSTREAM_INVALID_RESPONSE'],
    [200, '[]', 'UPSTREAM_INVALID_RESPONSE'],
    [200, { data: null, meta: {} }, 'UPSTREAM_INVALID_RESPONSE'],
    [204, '', 'UPSTREAM_INVALID_RESPONSE'],
  ] as const)('HTTP %i with %j is %s', ([status, body, code]) => {
    expect(refusalOf(status, body).code).toBe(code)
  })

  test('the message and the details of a refusal reach the caller who asked', () => {
    const error = { code: 'VALIDATION_ERROR', message: 'title is too long', details: { field: 'title' } }
    expect(refusalOf(400, { data: null, meta: { request_id: 'req_1' }, error })).toMatchObject({
      message: 'title is too long',
      extensions: { details: { field: 'title' }, requestId: 'req_1', status: 400 },
      response: { quota: { remaining: 7 } },
    })
  })

  test('what a failing server says of itself stays in the gateway', () => {
    const refusal = refusalOf(500, {
      error: { code: 'INTERNAL_ERROR', message: 'at db:5432', details: { sql: 'x' } },
    })
    expect(refusal.message).not.toContain('db')
    expect(refusal.extensions.details).toBeUndefined()
    expect(refusal.extensions.requestId).toBe('req_header')
  })

  test('any data is read as JSON says, with a byte-order mark or without', () => {
    const anyData = fc.jsonValue({ maxDepth: 2 }).filter((data) => data !== null)
    fc.assert(
      fc.property(anyData, fc.constantFrom('', '\uFEFF'), (data, mark) => {
        const text = JSON.stringify({ data, meta: {} })
        expect(openEnvelope(answer(200, mark + text)).data).toEqual(JSON.parse(text).data)
      }),
    )
  })

  test('an unreadable value names the request id of its own exchange', async () => {
    let count = 0
    await using upstream = await startScriptedUpstream(() => ({
      body: { data: [{ id: 'a', title: 7 }], meta: { request_id: `req_${++count}` } },
    }))
    await using rest = startRest(upstream.url, { cacheTtlMs: 0 })
    for (const nth of [1, 2, 3]) {
      const { rows } = await rest.appointments.list({}, { offset: 0, limit: 20 }, operationOf())
      expect(rows).toMatchObject([{ id: 'a', title: { extensions: { requestId: `req_${nth}` } } }])
    }
  })
})
