import { createRoute } from '@hono/zod-openapi'
import { PAGE_LIMIT } from '../../contract/list.ts'
import { requireScope } from '../http/authentication.ts'
import { webhookNotFound } from '../http/errors.ts'
import { listEnvelope, recordEnvelope } from '../schema/envelope.ts'
import { REQUEST_ID, WEBHOOK } from '../schema/examples.ts'
import { pageQuerySchema } from '../schema/list-query.ts'
import { webhookPathSchema } from '../schema/path.ts'
import {
  commonErrorResponses,
  jsonResponse,
  validationErrorResponse,
  webhookNotFoundResponse,
} from '../schema/responses.ts'
import type { Api, Services } from '../services.ts'
import { webhookSchema } from './schema.ts'

/** Serves `GET /webhooks` and `GET /webhooks/{id}`. Neither response has a secret. */
export function serveWebhookReads(api: Api, { webhooks, knobs }: Services): void {
  const list = createRoute({
    method: 'get',
    path: '/webhooks',
    operationId: 'listWebhooks',
    summary: 'List webhooks',
    description: 'Oldest first. No row has a secret.',
    tags: ['Webhooks'],
    middleware: [requireScope('read_appointments')],
    request: { query: pageQuerySchema(knobs.overRange) },
    responses: {
      200: jsonResponse({
        description: 'One page of webhooks.',
        schema: listEnvelope(webhookSchema),
        example: { data: [WEBHOOK], meta: META },
      }),
      400: validationErrorResponse({ limit: 'must be from 1 to 100' }),
      ...commonErrorResponses('read_appointments'),
    },
  })

  api.openapi(list, (c) => {
    const { limit, offset } = c.req.valid('query')
    const { rows, hasMore } = webhooks.endpoints.list(c.get('caller').organisation, { limit, offset })
    const meta = {
      limit,
      next_offset: hasMore ? offset + limit : null,
      has_more: hasMore,
      request_id: c.get('requestId'),
    }
    return c.json({ data: rows, meta }, 200)
  })

  api.openapi(retrieve, (c) => {
    const webhook = webhooks.endpoints.find(c.get('caller').organisation, c.req.valid('param').id)
    if (!webhook) throw webhookNotFound()
    return c.json({ data: webhook, meta: { request_id: c.get('requestId') } }, 200)
  })
}

const META = { limit: PAGE_LIMIT.default, next_offset: null, has_more: false, request_id: REQUEST_ID }

const retrieve = createRoute({
  method: 'get',
  path: '/webhooks/{id}',
  operationId: 'retrieveWebhook',
  summary: 'Retrieve one webhook',
  description: 'Without its secret, which only the response to its create has.',
  tags: ['Webhooks'],
  middleware: [requireScope('read_appointments')],
  request: { params: webhookPathSchema },
  responses: {
    200: jsonResponse({
      description: 'The webhook.',
      schema: recordEnvelope(webhookSchema),
      example: { data: WEBHOOK, meta: { request_id: REQUEST_ID } },
    }),
    404: webhookNotFoundResponse,
    ...commonErrorResponses('read_appointments'),
  },
})
