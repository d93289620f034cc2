import { createRoute } from '@hono/zod-openapi'
import { requireScope } from '../http/authentication.ts'
import { readBody } from '../http/body.ts'
import { webhookNotFound } from '../http/errors.ts'
import { truncateToSecond } from '../instants.ts'
import { recordEnvelope } from '../schema/envelope.ts'
import { REQUEST_ID, WEBHOOK } from '../schema/examples.ts'
import { webhookPathSchema } from '../schema/path.ts'
import {
  bodyErrorResponses,
  commonErrorResponses,
  jsonResponse,
  webhookNotFoundResponse,
} from '../schema/responses.ts'
import type { Api, Services } from '../services.ts'
import { deletedWebhookSchema, updateWebhookBody, webhookSchema } from './schema.ts'

/** Serves `PATCH /webhooks/{id}` and `DELETE /webhooks/{id}`. */
export function serveWebhookChanges(api: Api, { webhooks, clock }: Services): void {
  api.openapi(update, (c) => {
    const { url, events, is_active, description } = c.req.valid('json')
    const webhook = webhooks.endpoints.update(
      c.get('caller').organisation,
      c.req.valid('param').id,
      { url, events, is_active, description },
      truncateToSecond(clock()),
    )
    if (!webhook) throw webhookNotFound()
    return c.json({ data: webhook, meta: { request_id: c.get('requestId') } }, 200)
  })

  api.openapi(remove, (c) => {
    const { id } = c.req.valid('param')
    if (!webhooks.endpoints.remove(c.get('caller').organisation, id)) throw webhookNotFound()
    return c.json({ data: { id, deleted: true as const }, meta: { request_id: c.get('requestId') } }, 200)
  })
}

const PAUSE = { is_active: false }

const update = createRoute({
  method: 'patch',
  path: '/webhooks/{id}',
  operationId: 'updateWebhook',
  summary: 'Update a webhook',
  description: 'An absent field keeps its value. Deactivating a webhook discards its pending deliveries.',
  tags: ['Webhooks'],
  middleware: [requireScope('write_appointments'), readBody],
  request: {
    params: webhookPathSchema,
    body: { required: true, content: { 'application/json': { schema: updateWebhookBody, example: PAUSE } } },
  },
  responses: {
    200: jsonResponse({
      description: 'The webhook.',
      schema: recordEnvelope(webhookSchema),
      example: { data: { ...WEBHOOK, ...PAUSE }, meta: { request_id: REQUEST_ID } },
    }),
    404: webhookNotFoundResponse,
    ...bodyErrorResponses({ url: 'must be an https URL' }),
    ...commonErrorResponses('write_appointments'),
  },
})

const remove = createRoute({
  method: 'delete',
  path: '/webhooks/{id}',
  operationId: 'deleteWebhook',
  summary: 'Delete a webhook',
  description: 'Its pending deliveries are discarded.',
  tags: ['Webhooks'],
  middleware: [requireScope('write_appointments')],
  request: { params: webhookPathSchema },
  responses: {
    200: jsonResponse({
      description: 'Deleted.',
      schema: recordEnvelope(deletedWebhookSchema),
      example: { data: { id: WEBHOOK.id, deleted: true }, meta: { request_id: REQUEST_ID } },
    }),
    404: webhookNotFoundResponse,
    ...commonErrorResponses('write_appointments'),
  },
})
