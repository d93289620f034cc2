import { createRoute } from '@hono/zod-openapi'
import { HEADERS } from '../../contract/envelope.ts'
import { requireScope } from '../http/authentication.ts'
import { readBody } from '../http/body.ts'
import { entryNotFound, idempotencyConflict } from '../http/errors.ts'
import { truncateToSecond } from '../instants.ts'
import { recordEnvelope } from '../schema/envelope.ts'
import { REQUEST_ID } from '../schema/examples.ts'
import { idempotencyHeaders } from '../schema/idempotency.ts'
import { pathOf } from '../schema/path.ts'
import {
  bodyErrorResponses,
  commonErrorResponses,
  entryNotFoundResponse,
  errorResponse,
  jsonResponse,
} from '../schema/responses.ts'
import type { Api, Services } from '../services.ts'
import { MOVED_PATIENT, PATIENT } from './examples.ts'
import { createPatientBody, patientSchema, updatePatientBody } from './schema.ts'

/** Serves `POST /patients` and `PATCH /patients/{id}`. Both answer the complete object. */
export function servePatientWrites(api: Api, services: Services): void {
  const { directory, runIdempotently, ids, clock } = services

  api.openapi(create, (c) => {
    const body = c.req.valid('json')
    const { organisation } = c.get('caller')
    const now = truncateToSecond(clock())
    const key = c.req.valid('header')['idempotency-key']
    const created = runIdempotently({ organisation, key, endpoint: 'POST /patients', body, now }, () => {
      const patient = directory.patients.insert(organisation, {
        ...NOTHING_GIVEN,
        ...withoutUndefined(body),
        first_name: body.first_name,
        last_name: body.last_name,
        is_deceased: body.is_deceased ? 1 : 0,
        id: ids('pat'),
        created_at: now,
        updated_at: now,
      })
      return { data: patient, meta: { request_id: c.get('requestId') } }
    })
    c.header(HEADERS.requestId, created.meta.request_id)
    return c.json(created, 201)
  })

  api.openapi(update, (c) => {
    const { id } = c.req.valid('param')
    const { is_deceased, ...fields } = c.req.valid('json')
    const changes = is_deceased === undefined ? fields : { ...fields, is_deceased: is_deceased ? 1 : 0 }
    const { organisation } = c.get('caller')
    const updated = directory.patients.update(organisation, id, changes, truncateToSecond(clock()))
    if (!updated) throw entryNotFound('patient')
    return c.json({ data: updated, meta: { request_id: c.get('requestId') } }, 200)
  })
}

/** The defaults of a new patient. */
const NOTHING_GIVEN = {
  middle_name: null,
  preferred_name: null,
  title: null,
  date_of_birth: null,
  biological_sex: null,
  gender: null,
  nhs_number: null,
  email: null,
  phone: null,
  mobile_phone: null,
  address_line_1: null,
  address_line_2: null,
  address_line_3: null,
  town_city: null,
  postcode: null,
  country: null,
  status: 'active',
}

type Given = { readonly [Field in keyof typeof NOTHING_GIVEN]?: string | null | undefined }

function withoutUndefined(given: Given): Partial<Record<keyof typeof NOTHING_GIVEN, string | null>> {
  const names = Object.keys(NOTHING_GIVEN) as (keyof typeof NOTHING_GIVEN)[]
  return Object.fromEntries(names.flatMap((name) => (given[name] === undefined ? [] : [[name, given[name]]])))
}

const { id, created_at, updated_at, ...NEW } = PATIENT

const create = createRoute({
  method: 'post',
  path: '/patients',
  operationId: 'createPatient',
  summary: 'Register a patient',
  description: 'Two patients may have the same name, and the same NHS number.',
  tags: ['Patients'],
  middleware: [requireScope('write_patients'), readBody],
  request: {
    headers: idempotencyHeaders,
    body: {
      required: true,
      content: { 'application/json': { schema: createPatientBody, example: NEW } },
    },
  },
  responses: {
    201: jsonResponse({
      description: 'Registered.',
      schema: recordEnvelope(patientSchema),
      example: { data: PATIENT, meta: { request_id: REQUEST_ID } },
    }),
    409: errorResponse(
      'this Idempotency-Key was used with another body in the last 24 hours.',
      idempotencyConflict(),
    ),
    ...bodyErrorResponses({ last_name: 'is required' }),
    ...commonErrorResponses('write_patients'),
  },
})

const update = createRoute({
  method: 'patch',
  path: '/patients/{id}',
  operationId: 'updatePatient',
  summary: 'Update a patient',
  description: 'A field that is absent stays as it is; null clears it.',
  tags: ['Patients'],
  middleware: [requireScope('write_patients'), readBody],
  request: {
    params: pathOf(id),
    body: {
      required: true,
      content: {
        'application/json': {
          schema: updatePatientBody,
          example: { address_line_1: MOVED_PATIENT.address_line_1 },
        },
      },
    },
  },
  responses: {
    200: jsonResponse({
      description: 'The complete patient.',
      schema: recordEnvelope(patientSchema),
      example: { data: MOVED_PATIENT, meta: { request_id: REQUEST_ID } },
    }),
    404: entryNotFoundResponse('patient'),
    ...bodyErrorResponses({ first_name: 'must not be empty' }),
    ...commonErrorResponses('write_patients'),
  },
})
