import { createRoute, z } from '@hono/zod-openapi'
import { readBody } from '../http/body.ts'
import { recordEnvelope } from '../schema/envelope.ts'
import { REQUEST_ID } from '../schema/examples.ts'
import { bodyErrorResponses, FREE_HEADERS, jsonResponse } from '../schema/responses.ts'
import type { Api } from '../services.ts'
import { FAULT_ROUTES, type Fault, type FaultQueue } from './queue.ts'

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

const MISSING = 'must name delay_ms, drop, status or duplicate'

const DROP = [
  'Closes the connection: with `before` the request has no effect, with `after` only the answer is lost.',
  'A delivery is lost for good (`before`), or sent again although its receiver has accepted it (`after`).',
].join(' ')

const faultSchema = z
  .strictObject({
    route: z
      .enum(FAULT_ROUTES, `must be one of ${FAULT_ROUTES.join(', ')}`)
      .optional()
      .openapi({
        description:
          '`webhook` matches attempts of deliveries; without a route, every request and no delivery.',
      }),
    times: z.int('must be a whole number').min(1, 'must be at least 1').default(1),
    delay_ms: z
      .int('must be a whole number')
      .min(0, 'must be at least 0')
      .max(60_000, 'must be at most 60000')
      .optional(),
    drop: z.enum(['before', 'after'], 'must be before or after').optional().openapi({ description: DROP }),
    status: z
      .int('must be a whole number')
      .min(400, 'must be at least 400')
      .max(599, 'must be at most 599')
      .optional(),
    code: z.string('must be text').optional(),
    duplicate: z
      .int('must be a whole number')
      .min(1, 'must be at least 1')
      .max(100, 'must be at most 100')
      .optional()
      .openapi({ description: 'For `webhook`: how many more times the delivery is sent.' }),
  })
  .refine(
    ({ delay_ms, drop, status, duplicate }) =>
      drop || status || delay_ms !== undefined || duplicate !== undefined,
    MISSING,
  )
  .refine(({ route, status }) => route !== 'webhook' || !status, {
    path: ['status'],
    message: "can't go with webhook: its receiver answers",
  })
  .refine(({ route, duplicate }) => route === 'webhook' || !duplicate, {
    path: ['duplicate'],
    message: 'goes with webhook only',
  })
  .refine(({ drop, duplicate }) => drop !== 'before' || !duplicate, {
    path: ['duplicate'],
    message: "can't go with drop before: nothing is sent",
  })
  .refine(({ drop, status }) => !drop || !status, {
    path: ['status'],
    message: "can't go with drop: nothing is answered",
  })
  .openapi('Fault')

const FAULT: Fault = { route: 'GET /appointments/{id}', times: 2, status: 503 }
const schema = recordEnvelope(z.array(faultSchema))

function pendingFaults(description: string, data: Fault[]) {
  const example = { data, meta: { request_id: REQUEST_ID } }
  return jsonResponse({ description, schema, example, headers: FREE_HEADERS })
}

const CONTROL = {
  security: [],
  tags: ['Faults'],
  description: 'Without a key, and free of quota. A fault applies to the next requests of its route.',
}

const add = createRoute({
  method: 'post',
  path: '/_faults',
  operationId: 'addFault',
  summary: 'Make the next requests of a route fail',
  ...CONTROL,
  middleware: [readBody],
  request: {
    body: { required: true, content: { 'application/json': { schema: faultSchema, example: FAULT } } },
  },
  responses: {
    201: pendingFaults('The pending faults, with the new one.', [FAULT]),
    ...bodyErrorResponses({ body: MISSING }, FREE_HEADERS),
  },
})

const list = createRoute({
  method: 'get',
  path: '/_faults',
  operationId: 'listFaults',
  summary: 'List the pending faults',
  ...CONTROL,
  responses: { 200: pendingFaults('The pending faults.', [FAULT]) },
})

const clear = createRoute({
  method: 'delete',
  path: '/_faults',
  operationId: 'clearFaults',
  summary: 'Remove all faults',
  ...CONTROL,
  responses: { 200: pendingFaults('No faults.', []) },
})
