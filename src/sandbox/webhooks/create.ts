import { createRoute } from '@hono/zod-openapi'
import { HEADERS } from '../../contract/envelope.ts'
import { requireScope } from '../http/authentication.ts'
import { readBody } from '../http/body.ts'
import { idempotencyConflict } from '../http/errors.ts'
import { truncateToSecond } from '../instants.ts'
import { recordEnvelope } from '../schema/envelope.ts'
import { REQUEST_ID, SECRET, WEBHOOK } from '../schema/examples.ts'
import { idempotencyHeaders } from '../schema/idempotency.ts'
import { bodyErrorResponses, commonErrorResponses, errorResponse, jsonResponse } from '../schema/responses.ts'
import type { Api, Services } from '../services.ts'
import { createdWebhookSchema, createWebhookBody } from './schema.ts'

/** Serves `POST /webhooks`. A repeated `Idempotency-Key` gets the first response again, including the secret. */
export function serveWebhookCreate(api: Api, { webhooks, runIdempotently, clock }: Services): void {
  api.openapi(route, (c) => {
    const body = c.req.valid('json')
    const { organisation } = c.get('caller')
    const now = truncateToSecond(clock())
    const key = c.req.valid('header')['idempotency-key']
    const created = runIdempotently({ organisation, key, endpoint: 'POST /webhooks', body, now }, () => ({
      data: webhooks.endpoints.insert({ organisation, now, ...body }),
      meta: { request_id: c.get('requestId') },
    }))
    c.header(HEADERS.requestId, created.meta.request_id)
    return c.json(created, 201)
  })
}

const { url, events, is_active, description } = WEBHOOK

const route = createRoute({
  method: 'post',
  path: '/webhooks',
  operationId: 'createWebhook',
  summary: 'Create a webhook',
  description: 'Only this response has the secret that signs the deliveries.',
  tags: ['Webhooks'],
  middleware: [requireScope('write_appointments'), readBody],
  request: {
    headers: idempotencyHeaders,
    body: {
      required: true,
      content: {
        'application/json': {
          schema: createWebhookBody,
          example: { url, events, is_active, description },
        },
      },
    },
  },
  responses: {
    201: jsonResponse({
      description: 'Created.',
      schema: recordEnvelope(createdWebhookSchema),
      example: { data: { ...WEBHOOK, secret: SECRET }, meta: { request_id: REQUEST_ID } },
    }),
    409: errorResponse(
      'this Idempotency-Key was used with another body in the last 24 hours.',
      idempotencyConflict(),
    ),
    ...bodyErrorResponses({ url: 'must be an https URL' }),
    ...commonErrorResponses('write_appointments'),
  },
})
