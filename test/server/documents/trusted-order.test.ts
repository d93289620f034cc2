import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generate } from '@graphql-codegen/cli'
import { preset } from '@graphql-codegen/client-preset'
import { printSchema } from 'graphql'
import { describe, expect, test } from 'vitest'
import { schema } from '../../../src/schema/schema.ts'
import { trustedOrderWarnings } from '../../../src/server/documents/trusted-order.ts'
import { startProduct } from '../../support/product.ts'

const BOOK = 'book: createAppointment(input: $new) { appointment { id } }'
const CANCEL = 'after: cancelAppointment(input: $old) { performedAt }'
const VARIABLES = '($new: CreateAppointmentInput!, $old: CancelAppointmentInput!)'
const ONE = `fragment Book on Mutation { ${BOOK} } fragment Cancel on Mutation { ${CANCEL} }`

const warningsOf = (text: string) =>
  trustedOrderWarnings(new Map([['h1', text]])).map((line) => /in (.*?):/.exec(line)?.[1])

/** The output of graphql-codegen's client preset for a document. */
async function asGenerated(document: string): Promise<ReadonlyMap<string, string>> {
  const folder = mkdtempSync(join(tmpdir(), 'codegen-'))
  try {
    writeFileSync(join(folder, 'schema.graphql'), printSchema(schema))
    writeFileSync(join(folder, 'move.graphql'), document)
    await generate({
      cwd: folder,
      silent: true,
      schema: join(folder, 'schema.graphql'),
      documents: join(folder, 'move.graphql'),
      generates: { [`${folder}/gql/`]: { preset, presetConfig: { persistedDocuments: true } } },
    })
    return new Map(
      Object.entries(JSON.parse(readFileSync(join(folder, 'gql/persisted-documents.json'), 'utf8'))),
    )
  } finally {
    rmSync(folder, { recursive: true })
  }
}

describe('The order of a trusted mutation', () => {
  test.for([
    ['Steps', `mutation Move${VARIABLES} { ...Steps } fragment Steps on Mutation { ${BOOK} ${CANCEL} }`],
    [
      'Steps',
      `mutation Move${VARIABLES} { ...Steps } fragment Steps on Mutation { ...Book ...Cancel } ${ONE}`,
    ],
    [
      'Steps',
      `mutation Move${VARIABLES} { ... on Mutation { ...Steps } ...Steps }
       fragment Steps on Mutation { ... on Mutation { ${BOOK} ...Cancel } } ${ONE.slice(ONE.indexOf('fragment Cancel'))}`,
    ],
  ] as const)('The process warns of a mutation with several steps in %s', ([name, text]) => {
    expect(warningsOf(text)).toEqual([name])
  })

  test.for([
    ['its steps in itself', `mutation Move${VARIABLES} { ${BOOK} ${CANCEL} }`],
    [
      'its steps in an inline fragment',
      `mutation Move${VARIABLES} { ... on Mutation { ${BOOK} ${CANCEL} } }`,
    ],
    ['one step in each fragment', `mutation Move${VARIABLES} { ...Book ...Cancel __typename } ${ONE}`],
    [
      'one step and a __typename in a fragment',
      `mutation Move($new: CreateAppointmentInput!) { ...Book } fragment Book on Mutation { ${BOOK} __typename }`,
    ],
    [
      'a fragment below its step',
      `mutation Move($new: CreateAppointmentInput!) { createAppointment(input: $new) { ...P } }
       fragment P on CreateAppointmentPayload { clientMutationId appointment { id title } }`,
    ],
    [
      'a query in its place',
      'query Day { ...Two } fragment Two on Query { a: appointments { totalCount } b: __typename }',
    ],
  ] as const)('The process does not warn of a mutation with %s', ([, text]) => {
    expect(warningsOf(text)).toEqual([])
  })

  test('Steps that the generator has sorted run in another order, and cause a warning', async () => {
    const trustedDocuments = await asGenerated(
      `mutation Move${VARIABLES} { ...Steps } fragment Steps on Mutation { ${BOOK} ${CANCEL} }`,
    )
    const [line] = trustedOrderWarnings(trustedDocuments)
    const [hash = ''] = trustedDocuments.keys()
    expect(line).toContain(`Move (${hash.slice(0, 80)})`)
    await using product = await startProduct({ gateway: { trustedDocuments } })
    const { body } = await product.rest('GET', '/appointments?limit=1&status=scheduled')
    const { id } = body.data[0]
    const times = { startTime: '2030-01-07T10:00:00Z', endTime: '2030-01-07T11:00:00Z' }
    await fetch(`${product.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ documentId: hash, variables: { new: { title: 't', ...times }, old: { id } } }),
    })
    expect(product.takeRequests()).toEqual([`POST /appointments/${id}/cancel`, 'POST /appointments'])
  })
})
