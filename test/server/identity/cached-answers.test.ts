import { gunzipSync } from 'node:zlib'
import { beforeAll, describe, expect, test } from 'vitest'
import { seeded } from '../../pagination/drift.ts'
import type { GatewayTestOptions } from '../../support/gateway.ts'
import { type Product, startProduct } from '../../support/product.ts'
import { bearer, TOKENS } from '../../support/tokens.ts'

/** The pairs in each of two modes: 10,000 together. */
const PAIRS = 5_000
const FIELDS = 'restId title status patient { restId } clinician { restId }'
const SANDBOX = {
  seed: 40,
  keys: [
    ['pk_first', 'org_one'],
    ['pk_second', 'org_one'],
    ['pk_other', 'org_two'],
    ['pk_reader', 'org_two'],
  ].map(([key = '', organisation = '']) => ({
    key,
    organisation,
    scopes: ['read_appointments', 'write_appointments'] as const,
  })),
}

interface Question {
  readonly query: string
  readonly variables: object
}

interface Asking {
  readonly caller: number
  readonly question: number
  readonly how: number
}

/** A request by POST, compressed or not, or by GET with the ETag of the previous answer, to any caller. */
const HOW: readonly Readonly<Record<string, string>>[] = [
  {},
  { 'accept-encoding': 'gzip' },
  { 'if-none-match': '' },
]

let callersByMode: Readonly<Record<string, readonly Readonly<Record<string, string>>[]>>
let questions: readonly Question[]

beforeAll(async () => {
  await using product = await startProduct({ sandbox: SANDBOX, gateway: { key: 'pk_first' } })
  const rows: { id: string; patient_id: string; clinician_profile_id: string }[] = []
  for (const { id } of (await product.rest('GET', '/appointments?limit=6')).body.data)
    rows.push((await product.rest('GET', `/appointments/${id}`)).body.data)
  const claims = [
    {},
    ...rows.slice(0, 3).map((row) => ({ patient_id: row.patient_id })),
    ...rows.slice(0, 2).map((row) => ({ clinician_id: row.clinician_profile_id })),
    { patient_id: rows[0]?.patient_id, clinician_id: rows[1]?.clinician_profile_id },
  ]
  const scope = 'appointments:read'
  callersByMode = {
    tokens: [
      ...(await Promise.all(claims.map((each) => bearer({ scope, ...each })))),
      await bearer({ scope: 'mail' }),
      {},
    ],
    'keys of their own': [
      ...SANDBOX.keys.map(({ key }) => ({ authorization: `Bearer ${key}` })),
      { authorization: 'Bearer pk_unknown' },
      {},
    ],
  }
  const one = `query One($id: ID!) { appointment(id: $id) { ${FIELDS} } }`
  const list = `query List($first: Int, $filter: AppointmentFilter) {
    appointments(first: $first, filter: $filter) { nodes { ${FIELDS} } totalCount } }`
  questions = [
    ...rows.slice(0, 4).map(({ id }) => ({ query: one, variables: { id } })),
    { query: list, variables: {} },
    { query: list, variables: { first: 5 } },
    { query: list, variables: { filter: { status: ['SCHEDULED'] } } },
    ...rows.slice(0, 2).map((row) => ({ query: list, variables: { filter: { patientId: row.patient_id } } })),
    { query: `{ appointments(first: 30) { nodes { ${FIELDS} } } }`, variables: {} },
  ]
})

/** The data of an answer, and its ETag. The data is undefined for a 304. */
async function ask(
  { fetch }: Product,
  { query, variables }: Question,
  headers: Readonly<Record<string, string>>,
  tag = '',
): Promise<{ readonly data?: string; readonly tag: string | null }> {
  const url = 'http://gateway/graphql'
  const parameters = new URLSearchParams({ query, variables: JSON.stringify(variables) })
  const response = await fetch(
    'if-none-match' in headers
      ? new Request(`${url}?${parameters}`, {
          headers: { 'x-graphql-yoga-csrf': '1', ...headers, 'if-none-match': tag },
        })
      : new Request(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body: JSON.stringify({ query, variables }),
        }),
  )
  const newTag = response.headers.get('etag')
  if (response.status === 304) return { tag: newTag }
  const bytes = Buffer.from(await response.arrayBuffer())
  const text = (response.headers.has('content-encoding') ? gunzipSync(bytes) : bytes).toString()
  return { data: JSON.stringify(JSON.parse(text).data ?? null), tag: newTag }
}

describe('Cached answers', () => {
  test.for([
    { mode: 'tokens', identity: { key: 'pk_first', tokens: TOKENS } },
    { mode: 'keys of their own', identity: {} },
  ])(
    'No caller of a pair gets the answer of the other, in 5,000 pairs ($mode)',
    { timeout: 60_000 },
    async ({ mode, identity }) => {
      const callers = callersByMode[mode] ?? []
      const noon = Date.parse('2026-01-05T12:00:00Z')
      const start = (options: GatewayTestOptions) =>
        startProduct({
          sandbox: { ...SANDBOX, clock: () => new Date(noon) },
          gateway: { development: false, monotonic: () => noon, ...identity, ...options },
        })
      let repeated = 0
      await using product = await start({
        logOperation(line) {
          if (line.repeated) repeated += 1
        },
      })
      await using forgetful = await start({ cacheTtlSeconds: 0 })
      const expected: string[][] = []
      for (const headers of callers) {
        const answers: string[] = []
        for (const each of questions) answers.push((await ask(forgetful, each, headers)).data ?? '')
        expected.push(answers)
      }
      /** The data of each ETag. */
      const named = new Map<string, string>()
      let tag = '"none"'
      const random = seeded(22)
      const choose = (below: number) => Math.floor(random() * below)
      const wrong: Asking[] = []
      for (let nth = 0; nth <= PAIRS; nth += 1) {
        const asking = { caller: choose(callers.length), question: choose(questions.length), how: choose(3) }
        const question = questions[asking.question] as Question
        const answer = await ask(product, question, { ...HOW[asking.how], ...callers[asking.caller] }, tag)
        const data = answer.data ?? named.get(tag)
        if (data !== expected[asking.caller]?.[asking.question]) wrong.push(asking)
        if (answer.tag === null) continue
        named.set(answer.tag, data ?? '')
        tag = answer.tag
      }
      expect(wrong).toEqual([])
      // Otherwise no cached answer was used, or all callers see the same.
      expect(repeated).toBeGreaterThan(PAIRS / 4)
      expect(new Set(expected.flat()).size).toBeGreaterThan(8)
    },
  )
})
