import { execFile } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import {
  type ConcreteRequest,
  createOperationDescriptor,
  Environment,
  fetchQuery,
  getSingularSelector,
  Network,
  Observable,
  type ReaderFragment,
  RecordSource,
  requestSubscription,
  Store,
} from 'relay-runtime'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ClientOptions, createClient, createRelayNetwork, RequestError } from '../../src/client/index.ts'
import { ROWS, startManualClinic } from '../server/deferred/manual-clinic.ts'
import { type Product, startProduct } from '../support/product.ts'

const SOURCE = `
import { graphql } from 'relay-runtime'

graphql\`
  query RowsQuery($count: Int!) {
    ...Rows_query @arguments(count: $count)
  }
\`
graphql\`
  fragment Rows_query on Query
  @argumentDefinitions(count: { type: "Int!" }, cursor: { type: "String" }, filter: { type: "AppointmentFilter" })
  @refetchable(queryName: "RowsPaginationQuery") {
    appointments(first: $count, after: $cursor, filter: $filter) @connection(key: "Rows_appointments") {
      edges { node { id restId title } }
      nodes { id }
    }
  }
\`
graphql\`
  query RowsOfPatientQuery($id: ID!, $count: Int!) {
    patient(id: $id) { ...Rows_patient @arguments(count: $count) }
  }
\`
graphql\`
  fragment Rows_patient on Patient
  @argumentDefinitions(count: { type: "Int!" }, cursor: { type: "String" })
  @refetchable(queryName: "RowsPatientPaginationQuery") {
    appointments(last: $count, before: $cursor) @connection(key: "Rows_patient_appointments") {
      edges { node { restId } }
    }
  }
\`
graphql\`
  fragment Rows_appointment on Appointment @refetchable(queryName: "RowsAppointmentRefetchQuery") {
    title
    status
    patient { id }
  }
\`
graphql\`
  subscription RowsChangesSubscription($filter: AppointmentFilter, $after: String) {
    appointmentChanged(filter: $filter, after: $after) {
      sequence
      movement
      appointment { id title status }
    }
  }
\`
graphql\`
  query RowsLaterQuery {
    appointments(first: 3) { nodes { id title ...Rows_attendee @defer(label: "later") } }
  }
\`
graphql\`
  fragment Rows_attendee on Appointment { attendeeName }
\`
graphql\`
  mutation RowsCancelMutation($input: CancelAppointmentInput!) {
    cancelAppointment(input: $input) { appointment { id status } performedAt }
  }
\`
`

const RENAME = `
  mutation ($input: UpdateAppointmentInput!) { updateAppointment(input: $input) { appointment { id } } }`

const require = createRequire(import.meta.url)
/** The path of the compiler's executable. */
const COMPILER: string = require('relay-compiler')

let folder = ''

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'relay-'))
  mkdirSync(join(folder, 'artifacts'))
  copyFileSync('schema.graphql', join(folder, 'schema.graphql'))
  writeFileSync(join(folder, 'Rows.js'), SOURCE)
  writeFileSync(
    join(folder, 'relay.config.json'),
    JSON.stringify({
      src: '.',
      schema: 'schema.graphql',
      language: 'javascript',
      eagerEsModules: false,
      artifactDirectory: 'artifacts',
    }),
  )
  await promisify(execFile)(COMPILER, ['relay.config.json'], { cwd: folder })
})

afterAll(() => rmSync(folder, { recursive: true }))

function artifact<Artifact>(name: string): Artifact {
  return require(join(folder, 'artifacts', `${name}.graphql.js`))
}

const operation = (name: string) => artifact<ConcreteRequest>(name)

interface Page {
  readonly appointments: {
    readonly edges: readonly { readonly node: { readonly restId: string } }[]
    readonly nodes: readonly object[]
    readonly pageInfo: Readonly<Record<string, unknown>>
  }
}

function createEnvironment(product: Product, options: Partial<ClientOptions> = {}): Environment {
  const network = createRelayNetwork(createClient({ url: `${product.url}/graphql`, ...options }))
  return new Environment({
    store: new Store(new RecordSource()),
    network: Network.create(network.fetch, (request, variables) =>
      Observable.from(network.subscribe(request, variables)),
    ),
  })
}

/** Reads a fragment out of the store, as a component does. */
function readFragment(
  environment: Environment,
  query: ConcreteRequest,
  variables: object,
  fragment: string,
  at?: string,
): Page {
  const { fragment: root } = createOperationDescriptor(query, { ...variables })
  const data = environment.lookup(root).data as Record<string, never>
  const selector = getSingularSelector(artifact<ReaderFragment>(fragment), at ? data[at] : data)
  if (selector?.kind !== 'SingularReaderSelector') throw new Error('The store has no such fragment')
  return environment.lookup(selector).data as unknown as Page
}

describe('Relay', () => {
  test('Relay pages through all rows of a @connection', async () => {
    await using product = await startProduct({ sandbox: { seed: 60 } })
    const environment = createEnvironment(product)
    const [query, more] = [operation('RowsQuery'), operation('RowsPaginationQuery')]
    const variables = { count: 25 }
    await fetchQuery(environment, query, variables).toPromise()
    const rows = () => readFragment(environment, query, variables, 'Rows_query').appointments
    let pages = 1
    while (rows().pageInfo.hasNextPage) {
      await fetchQuery(environment, more, {
        ...variables,
        cursor: rows().pageInfo.endCursor,
      }).toPromise()
      pages += 1
    }
    const { data } = (await product.rest('GET', '/appointments?limit=100')).body
    expect(rows().edges.map(({ node }) => node.restId)).toEqual(data.map((row: { id: string }) => row.id))
    expect(pages).toBe(3)
    // As docs/clients.md says, nodes beside edges is the last page.
    expect(rows().nodes).toHaveLength(60 - 2 * 25)
  })

  test('Relay refetches a node by its id and pages backwards through its rows', async () => {
    await using product = await startProduct({ sandbox: { seed: 200 } })
    const environment = createEnvironment(product)
    const [first] = (await product.rest('GET', '/appointments?limit=1')).body.data
    const patient = first.patient_id
    const id = Buffer.from(`Patient:${patient}`).toString('base64')
    const [query, more] = [operation('RowsOfPatientQuery'), operation('RowsPatientPaginationQuery')]
    const variables = { id, count: 2 }
    await fetchQuery(environment, query, variables).toPromise()
    const rows = () => readFragment(environment, query, variables, 'Rows_patient', 'patient').appointments
    while (rows().pageInfo.hasPreviousPage)
      await fetchQuery(environment, more, { ...variables, cursor: rows().pageInfo.startCursor }).toPromise()
    const { data } = (await product.rest('GET', `/appointments?limit=100&patient_id=${patient}`)).body
    expect(rows().edges.map(({ node }) => node.restId)).toEqual(data.map((row: { id: string }) => row.id))
    expect(data.length).toBeGreaterThan(2)
  })

  test('Relay refetches an appointment by its id and shows the result of a mutation', async () => {
    await using product = await startProduct()
    const environment = createEnvironment(product)
    const [row] = (await product.rest('GET', '/appointments?limit=1&status=scheduled')).body.data
    const id = Buffer.from(`Appointment:${row.id}`).toString('base64')
    const query = operation('RowsAppointmentRefetchQuery')
    await fetchQuery(environment, query, { id }).toPromise()
    const status = () => environment.getStore().getSource().get(id)?.status
    expect(status()).toBe('SCHEDULED')
    const descriptor = createOperationDescriptor(operation('RowsCancelMutation'), { input: { id } })
    await environment.executeMutation({ operation: descriptor }).toPromise()
    expect(status()).toBe('CANCELLED')
  })

  test('A change reaches the rows in the store, and the stream resumes when it breaks', async () => {
    await using product = await startProduct({ live: true })
    let broken = new AbortController()
    const opened = Promise.withResolvers<void>()
    const environment = createEnvironment(product, {
      async fetch(url, { signal, ...init }) {
        broken = new AbortController()
        const signals = [broken.signal, ...(signal ? [signal] : [])]
        const response = await fetch(url, { ...init, signal: AbortSignal.any(signals) })
        if (response.headers.has('x-resume-after')) opened.resolve()
        return response
      },
      wait: async () => {},
    })
    const [row] = (await product.rest('GET', '/appointments?limit=1&status=scheduled')).body.data
    const id = Buffer.from(`Appointment:${row.id}`).toString('base64')
    await fetchQuery(environment, operation('RowsAppointmentRefetchQuery'), { id }).toPromise()
    const rename = (title: string) => product.query(RENAME, { input: { id, title } })
    const titles: unknown[] = []
    const done = Promise.withResolvers<void>()
    const subscription = requestSubscription(environment, {
      subscription: operation('RowsChangesSubscription'),
      variables: {},
      onError: done.reject,
      onNext() {
        titles.push(environment.getStore().getSource().get(id)?.title)
        if (titles.length === 3) return done.resolve()
        broken.abort()
        void rename(`Title ${titles.length}`)
      },
    })
    await opened.promise
    await rename('Title 0')
    await done.promise
    subscription.dispose()
    expect(titles).toEqual(['Title 0', 'Title 1', 'Title 2'])
  })

  test('Relay shows a list first, and then the data of its fragments with @defer', async () => {
    await using clinic = await startManualClinic()
    const network = createRelayNetwork(createClient({ url: `${clinic.url}/graphql` }))
    const open = () => {
      const store = new Store(new RecordSource())
      const read = Network.create((request, variables) =>
        Observable.from(network.fetchInParts(request, variables)),
      )
      return { store, environment: new Environment({ store, network: read }) }
    }
    const shownIn = (store: Store) =>
      ROWS.map(({ id }) => {
        const row = store.getSource().get(Buffer.from(`Appointment:${id}`).toString('base64'))
        return [row?.title, row?.attendeeName]
      })
    const { store, environment } = open()
    const first = Promise.withResolvers<void>()
    const last = Promise.withResolvers<void>()
    fetchQuery(environment, operation('RowsLaterQuery'), {}).subscribe({
      next: () => first.resolve(),
      complete: () => last.resolve(),
      error: last.reject,
    })
    await first.promise
    expect(shownIn(store)).toEqual(ROWS.map(({ title }) => [title, undefined]))
    await clinic.upstream.arrival(4)
    for (const { id } of ROWS) clinic.answer(id)
    await last.promise
    expect(shownIn(store)).toEqual(ROWS.map(({ id, title }) => [title, `Name ${id}`]))
    // Now that everything is cached, the answer has one part, and Relay finds the fragment in its place.
    const another = open()
    await fetchQuery(another.environment, operation('RowsLaterQuery'), {}).toPromise()
    expect(shownIn(another.store)).toEqual(ROWS.map(({ id, title }) => [title, `Name ${id}`]))
  })

  test('Relay gets the error of a subscription that can not be served', async () => {
    await using product = await startProduct()
    const error = await new Promise<Error>((resolve) => {
      const subscription = operation('RowsChangesSubscription')
      requestSubscription(createEnvironment(product), { subscription, variables: {}, onError: resolve })
    })
    expect(error).toBeInstanceOf(RequestError)
    expect((error as RequestError).find('EVENTS_UNAVAILABLE')).toBeDefined()
  })

  test('Relay fails a query without data, with the errors of the gateway', async () => {
    await using product = await startProduct({ gateway: { limits: { MAX_TOKENS: 2 } } })
    const query = fetchQuery(createEnvironment(product), operation('RowsQuery'), { count: 1 })
    await expect(query.toPromise()).rejects.toMatchObject({
      source: { errors: [{ extensions: { code: 'LIMIT_EXCEEDED' } }] },
    })
  })
})
