import { describe, expect, test } from 'vitest'
import type { UpstreamError } from '../../../src/rest/errors.ts'
import { createBodies } from '../../../src/rest/wire/bodies.ts'
import { openEnvelope } from '../../../src/rest/wire/envelope.ts'

const HEADERS = { 'x-request-id': 'req_header', 'x-ratelimit-limit': '1000', 'x-ratelimit-remaining': '7' }

/** A response as the wire reads it. */
function answer(status: number, body: unknown) {
  const chunk = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
  const bytes = chunk.length
  return { status, headers: HEADERS, body: createBodies().read('', { chunks: [chunk], bytes }), bytes }
}

function refusalOf(status: number, body: unknown): UpstreamError {
  try {
    openEnvelope(answer(status, body))
  } catch (error) {
    return error as UpstreamError
  }
  throw new Error('openEnvelope accepted the response')
}

describe('The envelope', () => {
  test('The client gets the data with its meta, the request id and the quota', () => {
    const body = { data: { id: 'a' }, meta: { request_id: 'req_1' } }
    expect(openEnvelope(answer(200, body))).toEqual({
      data: { id: 'a' },
      meta: { request_id: 'req_1' },
      heard: {
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
  ] as const)('The client reports HTTP %i with %j as %s', ([status, body, code]) => {
    expect(refusalOf(status, body).code).toBe(code)
  })

  test('The message and the details of a refusal reach the caller', () => {
    const error = { code: 'VALIDATION_ERROR', message: 'title is too long', details: { field: 'title' } }
    expect(refusalOf(400, { data: null, meta: { request_id: 'req_1' }, error })).toMatchObject({
      message: 'title is too long',
      told: { details: { field: 'title' }, requestId: 'req_1', status: 400 },
      heard: { quota: { remaining: 7 } },
    })
  })

  test('The message and the details of a 500 stay in the gateway', () => {
    const refusal = refusalOf(500, {
      error: { code: 'INTERNAL_ERROR', message: 'at db:5432', details: { sql: 'x' } },
    })
    expect(refusal.message).not.toContain('db')
    expect(refusal.told.details).toBeUndefined()
    expect(refusal.told.requestId).toBe('req_header')
  })
})
