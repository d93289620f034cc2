import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface InstantUpstream extends AsyncDisposable {
  readonly url: string
  /** The number of requests since the last call. */
  takeCount(): number
  /** Delays each response from now on, in milliseconds. */
  answerAfter(ms: number): void
}

/** The patients on one page of a clinician, and the appointments of each. */
const PATIENTS = 35
const OF_EACH_PATIENT = 5

/**
 * An Appointments API that responds immediately, so that the bench measures the gateway in front of it. It builds each
 * response once, and adds a new request id each time. Rows have all fields, so a page of 100 takes 80 kB.
 */
export async function startInstantUpstream(): Promise<InstantUpstream> {
  const answers = new Map<string, readonly string[]>()
  let count = 0
  let total = 0
  let delayMs = 0
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    count += 1
    request.resume()
    total += 1
    const target = `${request.method} ${request.url}`
    const parts = answers.get(target) ?? JSON.stringify(answerTo(target)).split(REQUEST_ID)
    if (!ASKED_ONCE.test(target)) answers.set(target, parts)
    // No two responses have the same bytes, as with the hosted service.
    const body = Buffer.from(parts.join(`req_${1e9 + total}`))
    response.writeHead(200, {
      'content-type': 'application/json; charset=utf-8',
      'content-length': body.length,
      'x-ratelimit-limit': '1000000000',
      'x-ratelimit-remaining': '999999999',
    })
    if (delayMs === 0) response.end(body)
    else setTimeout(() => response.end(body), delayMs)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    takeCount() {
      const taken = count
      count = 0
      return taken
    },
    answerAfter(ms) {
      delayMs = ms
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const REQUEST_ID = 'the id of this exchange'
/** The ids of clinicians whose rows change with each response. */
const BUSY = /^clin_8/
/** The clinicians of `again` that are requested only once: stored responses for them would only take memory. */
const ASKED_ONCE = /clin_1\d{6}/

/** The body of the response to a request such as `GET /appointments?limit=3&offset=0`. */
export function answerTo(target: string): object {
  const url = new URL(target.slice(target.indexOf('/')), 'http://upstream')
  const [, id, action] = url.pathname.split('/').slice(1)
  const meta = { request_id: REQUEST_ID }
  if (action === 'cancel')
    return {
      data: { id, status: 'cancelled', cancellation_reason: 'Patient asked for another day' },
      meta: { ...meta, performed_at: '2026-11-23T09:30:00Z', performed_by: 'api_key_1' },
    }
  if (id !== undefined) return { data: row(id, 1), meta }
  const limit = Number(url.searchParams.get('limit'))
  const patient = url.searchParams.get('patient_id')
  const total = patient === null ? 1000 : OF_EACH_PATIENT
  const owner = patient ?? url.searchParams.get('clinician_id')
  const data = Array.from({ length: Math.min(limit, total) }, (_, index) =>
    row(`apt_${owner}_${index}`, index, patient ?? undefined),
  )
  if (BUSY.test(owner ?? '')) Object.assign(data[0] ?? {}, { attendee_email: `${REQUEST_ID}@example.com` })
  return { data, meta: { ...meta, limit, offset: 0, has_more: limit < total } }
}

function row(id: string, index: number, patient = `pat_${9000 + (index % PATIENTS)}`): object {
  const day = String(1 + (index % 28)).padStart(2, '0')
  return {
    id,
    patient_id: patient,
    clinician_profile_id: 'clin_5d2e8b1f',
    title: 'Follow-up consultation',
    description: 'Review of the results of the last examination, and of the medication.',
    start_time: `2026-12-${day}T09:30:00Z`,
    end_time: `2026-12-${day}T10:00:00Z`,
    status: 'confirmed',
    appointment_type_id: 'type_31c07a',
    location_id: 'loc_88f1e2',
    is_remote: index % 3 === 0,
    remote_channel: index % 3 === 0 ? 'video' : null,
    video_link: index % 3 === 0 ? `https://video.example/rooms/${id}` : null,
    video_provider: null,
    duration_minutes: 30,
    attendee_email: `attendee.${index}@example.com`,
    attendee_name: `Ada Lovelace ${index}`,
    meeting_url: null,
    attendance_status: null,
    cancellation_reason: null,
    booking_source: 'api',
    episode_id: null,
    created_at: '2026-10-01T12:00:00Z',
    updated_at: '2026-10-02T12:00:00Z',
  }
}
