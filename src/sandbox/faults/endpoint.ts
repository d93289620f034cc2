import { createRoute, z } from '@hono/zod-openapi'
import { readBody } from '../http/body.ts'
import { answer, bodyRefusals, recordEnvelope } from '../schema/envelope.ts'
import type { Api } from '../services.ts'
import { FAULT_ROUTES, type FaultQueue } from './queue.ts'

/** The control endpoint. It needs no key and costs no quota, so it is for a loopback address and for tests only. */
export function serveFaults(api: Api, queue: FaultQueue): void {
  api.openapi(add, (c) => {
    queue.add(c.req.valid('json'))
    return c.json(pending(queue, c.get('requestId')), 201)
  })
  api.openapi(list, (c) => c.json(pending(queue, c.get('requestId')), 200))
  api.openapi(clear, (c) => {
    queue.clear()
    return c.json(pending(queue, c.get('requestId')), 200)
  })
}

function pending(queue: FaultQueue, requestId: string) {
  return { data: [...queue.list()], meta: { request_id: requestId } }
}

const faultSchema = z
  .strictObject({
    route: z.enum(FAULT_ROUTES, `must be one of ${FAULT_ROUTES.join(', ')}`).optional(),
    times: z.int('must be a whole number').min(1, 'must be at least 1').default(1),
    delay_ms: z
      .int('must be a whole number')
      .min(0, 'must be at least 0')
      .max(60_000, 'must be at most 60000')
      .optional(),
    drop: z.enum(['before', 'after'], 'must be before or after').optional(),
    status: z
      .int('must be a whole number')
      .min(400, 'must be at least 400')
      .max(599, 'must be at most 599')
      .optional(),
    code: z.string('must be text').optional(),
  })
  .refine(({ delay_ms, drop, status }) => delay_ms !== undefined || drop || status, {
    message: 'must name delay_ms, drop or status',
  })
  .refine(({ drop, status }) => !drop || !status, {
    path: ['status'],
    message: "can't go with drop: nothing is answered",
  })
  .openapi('Fault')

const pendingFaults = recordEnvelope(z.array(faultSchema))
const OPEN_TO_ALL = { security: [] }

const add = createRoute({
  method: 'post',
  path: '/_faults',
  operationId: 'addFault',
  summary: 'Let the next requests of a route fail',
  ...OPEN_TO_ALL,
  middleware: [readBody],
  request: { body: { required: true, content: { 'application/json': { schema: faultSchema } } } },
  responses: {
    201: answer('Added; all that are due.', pendingFaults),
    ...bodyRefusals,
  },
})

const list = createRoute({
  method: 'get',
  path: '/_faults',
  operationId: 'listFaults',
  summary: 'The faults that are due',
  ...OPEN_TO_ALL,
  responses: { 200: answer('All that are due.', pendingFaults) },
})

const clear = createRoute({
  method: 'delete',
  path: '/_faults',
  operationId: 'clearFaults',
  summary: 'Forget all faults',
  ...OPEN_TO_ALL,
  responses: { 200: answer('None are left.', pendingFaults) },
})
