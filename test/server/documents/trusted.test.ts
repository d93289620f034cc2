import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { trustedCostLines, trustedCosts } from '../../../src/server/cost/trusted-costs.ts'
import { readTrustedDocuments } from '../../../src/server/documents/trusted.ts'
import { createGateway } from '../../../src/server/gateway.ts'
import { type GatewayClient, startGateway } from '../../support/gateway.ts'

const UPSTREAM = { url: 'http://127.0.0.1:9', key: 'k' }
const TEXT = 'query Who($id: ID!) { patient(id: $id) { restId } }'
const HASH = 'b2c3d4'

async function send(gateway: GatewayClient, body: object) {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ variables: { id: 'p' }, ...body }),
  })
  const { data, errors } = (await response.json()) as {
    data?: unknown
    errors?: { extensions: { code: string } }[]
  }
  return { data, codes: errors?.map(({ extensions }) => extensions.code) }
}

const apollo = (hash: string) => ({ extensions: { persistedQuery: { version: 1, sha256Hash: hash } } })
const ANSWER = { data: { patient: { restId: 'p' } }, codes: undefined }
const refused = (code: string) => ({ data: undefined, codes: [code] })

/** A file of graphql-codegen's client preset. */
function withFile<Result>(content: string, use: (file: string) => Result): Result {
  const folder = mkdtempSync(join(tmpdir(), 'trusted-'))
  try {
    const file = join(folder, 'persisted-documents.json')
    writeFileSync(file, content)
    return use(file)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const read = (content: string) => withFile(content, (file) => readTrustedDocuments(file, 'TRUSTED_DOCUMENTS'))

describe('Trusted documents', () => {
  test('The gateway runs trusted documents by hash, and any other document', async () => {
    await using gateway = await startGateway({
      ...UPSTREAM,
      trustedDocuments: read(JSON.stringify({ [HASH]: TEXT })),
    })
    expect(await send(gateway, { documentId: HASH })).toEqual(ANSWER)
    expect(await send(gateway, apollo(HASH))).toEqual(ANSWER)
    expect(await send(gateway, { query: TEXT })).toEqual(ANSWER)
    expect(await send(gateway, {})).toEqual(refused('BAD_REQUEST'))
    for (const hash of ['', 'b2c3d5', '__proto__', 'constructor'])
      expect(await send(gateway, { documentId: hash })).toEqual(refused('DOCUMENT_NOT_TRUSTED'))
  })

  test('The gateway runs only trusted documents if the option is set', async () => {
    await using gateway = await startGateway({
      ...UPSTREAM,
      trustedDocuments: read(JSON.stringify({ [HASH]: TEXT })),
      trustedDocumentsOnly: true,
    })
    expect(await send(gateway, { documentId: HASH })).toEqual(ANSWER)
    expect(await send(gateway, apollo(HASH))).toEqual(ANSWER)
    for (const body of [
      { query: TEXT },
      { query: '{ __typename }' },
      { query: '{ __typename }', documentId: HASH },
      { query: '{ __typename }', ...apollo(HASH) },
      { ...apollo('b2c3d5') },
      { documentId: 7 },
      {},
    ])
      expect(await send(gateway, body)).toEqual(refused('DOCUMENT_NOT_TRUSTED'))
  })

  test('A client that sends a hash first has to send the text, if texts are allowed', async () => {
    const trustedDocuments = read(JSON.stringify({ [HASH]: TEXT }))
    await using gateway = await startGateway({ ...UPSTREAM, trustedDocuments })
    expect(await send(gateway, apollo('b2c3d5'))).toEqual(refused('PERSISTED_QUERY_NOT_FOUND'))
    expect(await send(gateway, { query: TEXT, ...apollo('b2c3d5') })).toEqual(ANSWER)
    await using without = await startGateway(UPSTREAM)
    expect(await send(without, apollo(HASH))).toEqual(refused('PERSISTED_QUERY_NOT_SUPPORTED'))
    // A client that sends a documentId has no text to send.
    expect(await send(without, { documentId: HASH })).toEqual(refused('DOCUMENT_NOT_TRUSTED'))
  })

  test('The limits apply to trusted documents too', async () => {
    const trustedDocuments = read(JSON.stringify({ [HASH]: TEXT }))
    await using gateway = await startGateway({ ...UPSTREAM, trustedDocuments, limits: { MAX_DEPTH: 1 } })
    expect(await send(gateway, { documentId: HASH })).toEqual(refused('LIMIT_EXCEEDED'))
  })

  test.for([
    ['text that is not JSON', 'Jane', /persisted-documents\.json is no JSON\.$/],
    ['a list', '["{ __typename }"]', /persisted-documents\.json holds no object/],
    [
      'a field that is not in the schema',
      `{"${HASH}":"{ jane }"}`,
      /b2c3d4 does not fit the schema: Cannot query field "jane" on type "Query"/,
    ],
    ['a text that is no document', `{"${HASH}":"{ jane"}`, /b2c3d4 does not fit the schema: Syntax Error/],
    [
      'an operation type that is not in the schema',
      `{"${HASH}":"subscription { __typename }"}`,
      /b2c3d4 does not fit the schema/,
    ],
    ['an object for a document', `{"${HASH}":{"text":"{ __typename }"}}`, /b2c3d4 .*: it is no text\.$/],
  ] as const)('The gateway reports a file with %s at its start', ([, content, message]) => {
    expect(() => read(content)).toThrow(message)
  })

  test('The gateway prints the cost of each trusted document at its start', async () => {
    const gateway = createGateway(UPSTREAM)
    const documents = {
      a1: 'query Day($first: Int!, $filter: AppointmentFilter!) { appointments(first: $first, filter: $filter) { nodes { id } } }',
      b2: 'query One($id: ID!) { node(id: $id) { ... on Appointment { title } } }',
      c3: 'query Of($id: ID!) { patient(id: $id) { appointments(first: 3) { nodes { attendeeName } } } }',
      d4: 'mutation Book($input: CreateAppointmentInput!) { createAppointment(input: $input) { appointment { id } } }',
      e5: `query Many { ${Array.from({ length: 9 }, (_, i) => `a${i}: appointment(id: "a${i}") { id }`).join(' ')} }`,
      f6: '{ __typename }',
    }
    const options = { estimate: gateway.estimate, maxPageSize: 250 }
    expect(trustedCostLines(trustedCosts(read(JSON.stringify(documents)), options), 8)).toEqual([
      'Trusted Day (a1): 1 to 5 upstream requests',
      'Trusted One (b2): 1 upstream request',
      'Trusted Of (c3): 1 to 4 upstream requests',
      'Trusted Book (d4): 1 upstream request',
      'Trusted Many (e5): 9 upstream requests: never runs, MAX_UPSTREAM_REQUESTS is 8',
      'Trusted document (f6): 0 upstream requests',
    ])
    await gateway.close()
  })

  test('The gateway reports a missing file under the name of its setting', () => {
    expect(() => readTrustedDocuments('nowhere.json', 'TRUSTED_DOCUMENTS')).toThrow(
      'TRUSTED_DOCUMENTS: there is no file nowhere.json.',
    )
    expect(() => readTrustedDocuments(tmpdir(), 'plan')).toThrow(/^plan: .* can not be read \(EISDIR\)\.$/)
  })
})
