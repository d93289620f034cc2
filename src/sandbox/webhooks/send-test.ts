import { createRoute } from '@hono/zod-openapi'
import { TEST_EVENT_TYPE } from '../../contract/event.ts'
import { requireScope } from '../http/authentication.ts'
import { webhookNotFound } from '../http/errors.ts'
import { formatInstant, truncateToSecond } from '../instants.ts'
import { actionEnvelope } from '../schema/envelope.ts'
import { EVENT_ID, KEY_ID, REQUEST_ID, WEBHOOK } from '../schema/examples.ts'
import { webhookPathSchema } from '../schema/path.ts'
import { commonErrorResponses, jsonResponse, webhookNotFoundResponse } from '../schema/responses.ts'
import type { Api, Services } from '../services.ts'
import { testedWebhookSchema } from './schema.ts'

/** Serves `POST /webhooks/{id}/test`. It answers before the event is sent. */
export function serveWebhookTest(api: Api, { webhooks, clock }: Services): void {
  api.openapi(route, (c) => {
    const { organisation, keyId } = c.get('caller')
    const webhook = webhooks.endpoints.find(organisation, c.req.valid('param').id)
    if (!webhook) throw webhookNotFound()
    const { id } = webhooks.test(organisation, webhook.id)
    const meta = {
      request_id: c.get('requestId'),
      action: 'tested',
      performed_at: formatInstant(truncateToSecond(clock())),
      performed_by: keyId,
    }
    const data = { event_id: id, type: TEST_EVENT_TYPE, status: 'queued' } as const
    return c.json({ data, meta }, 202)
  })
}

const META = {
  request_id: REQUEST_ID,
  action: 'tested',
  performed_at: WEBHOOK.updated_at,
  performed_by: KEY_ID,
}

const route = createRoute({
  method: 'post',
  path: '/webhooks/{id}/test',
  operationId: 'testWebhook',
  summary: 'Send a test event',
  description: [
    'Sends an event of type `webhook.test` ahead of the pending deliveries of this webhook, whatever its `events`, and',
    'also if it is not active.',
  ].join(' '),
  tags: ['Webhooks'],
  middleware: [requireScope('write_appointments')],
  request: { params: webhookPathSchema },
  responses: {
    202: jsonResponse({
      description: 'The event is queued.',
      schema: actionEnvelope(testedWebhookSchema),
      example: { data: { event_id: EVENT_ID, type: TEST_EVENT_TYPE, status: 'queued' }, meta: META },
    }),
    404: webhookNotFoundResponse,
    ...commonErrorResponses('write_appointments'),
  },
})
