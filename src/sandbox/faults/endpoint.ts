import { createRoute, z } from '@hono/zod-openapi'
import { readBody } from '../http/body.ts'
import { bodyErrorResponses, jsonResponse, recordEnvelope } from '../schema/envelope.ts'
import type { Api } from '../services.ts'
import { FAULT_ROUTES, type FaultQueue } from './queue.ts'

/** The control endpoint `/_faults`, for tests. It needs no key and costs no quota. */
export function serveFaults(api: Api, queue: FaultQueue): void {
  api.openapi(add, (c) => {
    queue.add(c.req.valid('json'))
    return c.json(pendingResponse(queue, c.get('requestId')), 201)
  })
  api.openapi(list, (c) => c.json(pendingResponse(queue, c.get('requestId')), 200))
  api.openapi(clear, (c) => {
    queue.clear()
    return c.json(pendingResponse(queue, c.get('requestId')), 200)
  })
}

function pendingResponse(queue: FaultQueue, requestId: string) {
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
const WITHOUT_KEY = { security: [] }

const add = createRoute({
  method: 'post',
  path: '/_faults',
  operationId: 'addFault',
  summary: 'Make the next requests of a route fail',
  ...WITHOUT_KEY,
  middleware: [readBody],
  request: { body: { required: true, content: { 'application/json': { schema: faultSchema } } } },
  responses: {
    201: jsonResponse('The pending faults, with the new one.', pendingFaults),
    ...bodyErrorResponses,
  },
})

const list = createRoute({
  method: 'get',
  path: '/_faults',
  operationId: 'listFaults',
  summary: 'List the pending faults',
  ...WITHOUT_KEY,
  responses: { 200: jsonResponse('The pending faults.', pendingFaults) },
})

const clear = createRoute({
  method: 'delete',
  path: '/_faults',
  operationId: 'clearFaults',
  summary: 'Remove all faults',
  ...WITHOUT_KEY,
  responses: { 200: jsonResponse('No faults.', pendingFaults) },
})
