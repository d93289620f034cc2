import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Product, startProduct } from '../../support/product.ts'
import { bearer, TOKENS } from '../../support/tokens.ts'

/** A caller and its narrowing: every appointment in its responses must have these ids. Null allows any. */
interface Caller {
  readonly patientId: string | null
  readonly clinicianId: string | null
  readonly headers: Readonly<Record<string, string>>
}

const FIELDS = '{ restId title patient { restId } clinician { restId } }'

/** Operations that callers send concurrently, so that they share the caches and reads of the gateway. */
const ACTIONS: readonly ((about: { readonly id: string; readonly patient: string }) => string)[] = [
  () => `{ appointments(first: 5) { nodes ${FIELDS} } }`,
  () =>
    `{ appointments(first: 50, filter: { status: [SCHEDULED] }) { totalCount edges { node ${FIELDS} } } }`,
  ({ patient }) => `{ patient(id: "${patient}") { appointments(first: 5) { nodes ${FIELDS} } } }`,
  ({ patient }) => `{ appointments(filter: { patientId: "${patient}" }) { nodes ${FIELDS} } }`,
  ({ id }) => `{ appointment(id: "${id}") ${FIELDS} }`,
  ({ id }) => `{ nodes(ids: ["${globalId(id)}"]) { ... on Appointment ${FIELDS} } }`,
  ({ id }) =>
    `mutation { updateAppointment(input: { id: "${id}", description: "d" }) { appointment ${FIELDS} } }`,
  () => `mutation { createAppointment(input: { title: "t", startTime: "2030-01-07T10:00:00Z",
    endTime: "2030-01-07T11:00:00Z", idempotencyKey: "one key for all" }) { appointment ${FIELDS} } }`,
  ({ id }) => `mutation { cancelAppointment(input: { id: "${id}" }) { appointment ${FIELDS} } }`,
]

const action = fc.record({
  caller: fc.nat(3),
  what: fc.nat(ACTIONS.length - 1),
  row: fc.nat(11),
  patient: fc.nat(1),
})

describe('The callers of one gateway', () => {
  test.for(['summary', 'full'] as const)(
    'No caller ever sees an appointment of another (%s rows)',
    async (listRows) => {
      await using product = await startProduct({
        sandbox: { seed: 60, listRows },
        gateway: { tokens: TOKENS, maxPageSize: 50 },
      })
      const { callers, patients, ids } = await chooseCallers(product)
      await fc.assert(
        fc.asyncProperty(fc.array(fc.array(action, { maxLength: 8 }), { maxLength: 3 }), async (rounds) => {
          for (const round of rounds) {
            const strangers = round.map(async ({ caller: index, what, row, patient }) => {
              const caller = callers[index] as Caller
              const document = ACTIONS[what]?.({ id: ids[row] ?? '', patient: patients[patient] ?? '' }) ?? ''
              const { data } = await product.query(document, {}, caller.headers)
              return appointmentsIn(data).filter((seen) => !isOf(caller, seen))
            })
            expect((await Promise.all(strangers)).flat()).toEqual([])
          }
        }),
        { numRuns: 30 },
      )
    },
  )
})

/** Callers narrowed to two patients and to a clinician, one without narrowing, and ids of appointments of each. */
async function chooseCallers(product: Product) {
  const { data } = (await product.rest('GET', '/appointments?limit=60')).body
  const byPatient = Map.groupBy(data as { id: string; patient_id: string }[], (row) => row.patient_id)
  const [first, second, ...others] = [...byPatient].sort(([, a], [, b]) => b.length - a.length)
  const patients = [first?.[0] ?? '', second?.[0] ?? '']
  const rows = [...(first?.[1] ?? []).slice(0, 4), ...(second?.[1] ?? []).slice(0, 4)]
  rows.push(...others.flatMap(([, some]) => some).slice(0, 12 - rows.length))
  const clinician = (await product.rest('GET', `/appointments/${rows[0]?.id}`)).body.data.clinician_profile_id
  const scope = 'appointments:write'
  const callers: Caller[] = [
    ...(await Promise.all(
      patients.map(async (patientId) => ({
        patientId,
        clinicianId: null,
        headers: await bearer({ scope, patient_id: patientId }),
      })),
    )),
    { patientId: null, clinicianId: clinician, headers: await bearer({ scope, clinician_id: clinician }) },
    { patientId: null, clinicianId: null, headers: await bearer({ scope }) },
  ]
  return { callers, patients, ids: rows.map((row) => row.id) }
}

interface SeenAppointment {
  readonly title?: unknown
  readonly patient: { readonly restId: string } | null
  readonly clinician: { readonly restId: string } | null
}

function appointmentsIn(value: unknown): SeenAppointment[] {
  if (typeof value !== 'object' || value === null) return []
  return 'title' in value
    ? [value as unknown as SeenAppointment]
    : Object.values(value).flatMap(appointmentsIn)
}

/** An appointment whose fields all failed is null throughout, and reveals nothing. */
function isOf({ patientId, clinicianId }: Caller, { title, patient, clinician }: SeenAppointment): boolean {
  if (title === null && patient === null && clinician === null) return true
  return (
    (patientId === null || patient?.restId === patientId) &&
    (clinicianId === null || clinician?.restId === clinicianId)
  )
}

function globalId(id: string): string {
  return Buffer.from(`Appointment:${id}`).toString('base64')
}
