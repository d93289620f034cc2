import { randomUUID } from 'node:crypto'
import { request as send } from 'undici'
import { type SignatureStyle, sign } from '../../src/events/signature.ts'

export const SECRET = 'whsec_dGVzdC1zZWNyZXQ='

/** An appointment as the fields of an event show it. */
export function eventObject(id: string, fields: object = {}): object {
  return {
    id,
    patient_id: 'pat_1',
    clinician_profile_id: 'cli_1',
    appointment_type_id: 'type_1',
    title: 'Visit',
    start_time: '2026-01-05T09:00:00Z',
    end_time: '2026-01-05T09:30:00Z',
    status: 'confirmed',
    location_id: 'loc_1',
    is_remote: false,
    attendee_name: 'Ada',
    attendee_email: 'ada@example.com',
    created_at: '2026-01-01T08:00:00Z',
    updated_at: '2026-01-05T12:00:00Z',
    ...fields,
  }
}

interface EventParts {
  readonly id?: string
  readonly type?: string
  readonly created_at?: string
  readonly organization_id?: string
  readonly object: unknown
  readonly previous?: unknown
}

/** The body of a delivery, as text. */
export function eventBody({ object, previous, ...parts }: EventParts): string {
  return JSON.stringify({
    id: `evt_${randomUUID()}`,
    type: 'appointment.updated',
    created_at: '2026-01-05T12:00:00.500Z',
    organization_id: 'org_sandbox',
    ...parts,
    data: { object, ...(previous !== undefined && { previous }) },
  })
}

export interface DeliveryOptions {
  readonly secret?: string
  readonly style?: SignatureStyle
  /** When it is signed, in milliseconds since the epoch. */
  readonly at?: number
  readonly headers?: Readonly<Record<string, string>>
}

/** Delivers the body as the upstream would, and returns the status of the answer, which has no body. */
export async function deliver(
  url: string,
  body: string | Uint8Array<ArrayBuffer>,
  { secret = SECRET, style = 'stripe', at = Date.now(), headers }: DeliveryOptions = {},
): Promise<number> {
  const text = typeof body === 'string' ? body : Buffer.from(body).toString('latin1')
  const signed = sign({ secret, style, timestamp: Math.floor(at / 1000), body: text })
  const response = await send(`${url}/webhooks/appointments`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...signed, ...headers },
    body,
  })
  if ((await response.body.text()) !== '') throw new Error('The answer to a delivery has a body')
  return response.statusCode
}
