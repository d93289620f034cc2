import { readdir } from 'node:fs/promises'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { serve } from '@hono/node-server'
import { type DocumentNode, parse, print } from 'graphql'

/** Runs in a separate process: imports each recipe, uses it as a reader would, and prints the result of each. */
const [, , folder = '', url = '', key = ''] = process.argv

// biome-ignore lint/suspicious/noExplicitAny: the exports and answers of any recipe
type Any = any
type Try = (load: (file?: string) => Promise<Any>) => Promise<unknown>

const PAGE = `query ($first: Int) {
  appointments(first: $first, filter: { status: [CONFIRMED] }) { nodes { id startTime } pageInfo { endCursor } }
}`
const RENAME =
  'mutation ($input: UpdateAppointmentInput!) { updateAppointment(input: $input) { appointment { title } } }'
const rowsOf = ({ data }: Any) => data.appointments.nodes.length

async function ask(target: string, query: string, variables: object = {}, send = fetch): Promise<Any> {
  const response = await send(
    new Request(target, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify({ query, variables }),
    }),
  )
  return response.json()
}

async function askAt(server: { address(): AddressInfo | string | null }): Promise<number> {
  const { port } = server.address() as AddressInfo
  return rowsOf(await ask(`http://127.0.0.1:${port}/graphql`, PAGE, { first: 3 }))
}

/** Renames an appointment repeatedly until the listening client receives a new title, and returns that title. */
async function titleSeen(
  id: string,
  title: string,
  listen: (see: (seen: string | undefined) => void) => void,
): Promise<string | undefined> {
  let latest: string | undefined
  listen((seen) => {
    latest = seen
  })
  for (let turn = 0; !latest?.startsWith(title); turn += 1)
    await ask(url, RENAME, { input: { id, title: `${title} ${turn}` } })
  return latest.replace(/ [0-9]+$/, '')
}

const TRIES: Readonly<Record<string, Try>> = {
  async 'docs/clients.md/calling-the-gateway-from-a-server'(load) {
    const { confirmedOn, cancel, isCancelled } = await load()
    const { data } = await ask(url, PAGE, { first: 1 })
    const [{ id, startTime }] = data.appointments.nodes
    const rows: unknown[] = []
    for await (const row of confirmedOn(startTime.slice(0, 10))) rows.push(row)
    const { appointment } = await cancel(id)
    return {
      rows: rows.length > 0,
      status: appointment.status,
      again: await cancel(id),
      isCancelled: await isCancelled(id),
    }
  },
  async 'docs/clients.md/polling'(load) {
    const variables: Any[] = []
    const send = globalThis.fetch
    globalThis.fetch = (target, init) => {
      variables.push(JSON.parse(new URL(String(target)).searchParams.get('variables') ?? ''))
      return send(target, init)
    }
    const { pollDay, pollOne } = await load()
    const { data } = await ask(url, PAGE, { first: 1 }, send)
    const [{ id, startTime }] = data.appointments.nodes
    const days = [await pollDay(startTime.slice(0, 10)), await pollDay(startTime.slice(0, 10))]
    const { appointment } = await pollOne(id)
    globalThis.fetch = send
    return {
      filter: Object.keys(variables[0].filter),
      isSame: JSON.stringify(days[0]) === JSON.stringify(days[1]),
      one: appointment.id === id,
    }
  },
  async 'docs/clients.md/the-rows-of-a-screen'(load) {
    const { readDay } = await load()
    const { data } = await ask(url, PAGE, { first: 1 })
    const day = data.appointments.nodes[0].startTime.slice(0, 10)
    return [await readDay(day), await readDay(day)].map((rows) => rows.length > 0)
  },
  async 'docs/clients.md/graphql-codegen'(load) {
    const { Day } = await load('src/day.js')
    return rowsOf(await ask(url, print(Day as DocumentNode)))
  },
  async 'docs/clients.md/hashes-in-place-of-texts'(load) {
    // This gateway has no trusted documents, so the link first sends the hash and then the text.
    const { client } = await load()
    const query = parse('query Day { appointments(first: 20) { nodes { id } } }')
    const rows = rowsOf(await client.query({ query: { ...query, __meta__: { hash: 'sha256:0' } } }))
    client.stop()
    return rows
  },
  async 'docs/clients.md/relay'(load) {
    const { default: request } = await load('src/__generated__/DayListPaginationQuery.graphql.js')
    const { data } = await ask(url, request.params.text, { count: 4 })
    return data.appointments.edges.length
  },
  async 'docs/clients.md/apollo-client'(load) {
    const [{ client }, { readOn }] = [await load('src/client.js'), await load('src/day.js')]
    const { data } = await ask(url, '{ appointments(first: 20) { pageInfo { endCursor } } }')
    await readOn(data.appointments.pageInfo.endCursor)
    const [list] = Object.entries<Any>(client.extract().ROOT_QUERY).filter(([name]) =>
      name.startsWith('appointments'),
    )
    client.stop()
    return list?.[1].edges.length
  },
  async 'docs/clients.md/details-that-come-later'(load) {
    const [{ client }, { environment }] = [await load('src/apollo.js'), await load('src/relay.js')]
    const query = parse('{ appointments(first: 3) { nodes { id ... @defer { attendeeName } } } }')
    const { data } = await client.query({ query })
    client.stop()
    const { nodes } = data.appointments
    const text = print(query)
    const states: Any[] = []
    await new Promise<void>((resolve, reject) =>
      environment
        .getNetwork()
        .execute({ name: 'Later', text, operationKind: 'query' }, {}, {})
        .subscribe({ next: (state: Any) => states.push(state), complete: resolve, error: reject }),
    )
    const named = nodes.every(({ attendeeName }: Any) => typeof attendeeName === 'string')
    return [nodes.length, named, states.at(-1)?.extensions.is_final]
  },
  async 'docs/clients.md/urql'(load) {
    const { readUpTo, readingByGet } = await load()
    const first = await readUpTo(null)
    const second = await readUpTo(first.data.appointments.pageInfo.endCursor)
    const byGet = await readingByGet.query(PAGE, { first: 3 }).toPromise()
    return [...[first, second].map(({ data }) => data.appointments.edges.length), rowsOf(byGet)]
  },
  async 'docs/clients.md/subscriptions'(load) {
    const [{ showDay }, apollo, urql, relay] = [
      await load('src/day.js'),
      await load('src/apollo.js'),
      await load('src/urql.js'),
      await load('src/relay.js'),
    ]
    const { data } = await ask(url, PAGE, { first: 1 })
    const [{ id, startTime }] = data.appointments.nodes
    const titleOf = (result: Any) => result.data.appointmentChanged.appointment.title
    const leaving = new AbortController()
    const results = {
      typed: await titleSeen(id, 'Seen', (see) => {
        const show = (rows: Any) => see(rows.find((row: Any) => row.id === id)?.title)
        showDay(startTime.slice(0, 10), show, leaving.signal).catch(() => {})
      }),
      apollo: await titleSeen(id, 'Seen by Apollo', (see) =>
        apollo.follow((change: Any) => see(change.appointment.title)),
      ),
      urql: await titleSeen(id, 'Seen by urql', (see) =>
        urql.client.subscription(apollo.CHANGES, {}).subscribe((result: Any) => see(titleOf(result))),
      ),
      relay: await titleSeen(id, 'Seen by Relay', (see) => {
        const request = { name: 'Changes', operationKind: 'subscription', text: print(apollo.CHANGES) }
        const changes = relay.environment.getNetwork().execute(request, {}, {})
        changes.subscribe({ next: (result: Any) => see(titleOf(result)) })
      }),
    }
    leaving.abort()
    apollo.client.stop()
    return results
  },
  async 'docs/clients.md/answers-that-keep-up-to-date'(load) {
    const { showDay } = await load()
    const { data } = await ask(url, PAGE, { first: 1 })
    const [{ id, startTime }] = data.appointments.nodes
    const leaving = new AbortController()
    const title = await titleSeen(id, 'Seen alive', (see) => {
      const show = (day: Any) => see(day.appointments.nodes.find((row: Any) => row.id === id)?.title)
      showDay(startTime.slice(0, 10), show, leaving.signal).catch(() => {})
    })
    leaving.abort()
    return title
  },
  async 'docs/deploying.md/embedding'(load) {
    const { gateway, httpServer, app, server } = await load()
    const route = await load('app/api/graphql/route.js')
    const { promise: listening, resolve } = Promise.withResolvers<void>()
    const hono = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, () => resolve())
    await Promise.all([listening, server.listen({ host: '127.0.0.1', port: 0 })])
    const rows = {
      nodeHttp: await askAt(httpServer),
      hono: await askAt(hono),
      fastify: await askAt(server.server),
      next: rowsOf(await ask('http://localhost/api/graphql', PAGE, { first: 3 }, route.POST)),
    }
    for (const each of [httpServer, hono] as Server[]) each.close()
    await server.close()
    await gateway.close()
    return rows
  },
  async 'docs/sandbox.md/in-the-tests-of-your-own-package'(load) {
    // The recipe prints the number of rows.
    const printed: unknown[] = []
    const { log } = console
    console.log = (...words) => void printed.push(...words)
    await load()
    console.log = log
    return printed
  },
}

const results: Record<string, unknown> = {}
for (const [section, attempt] of Object.entries(TRIES)) {
  const compiled = join(folder, 'compiled', section)
  results[section] = await attempt(async (file) => {
    const name = file ?? (await readdir(compiled)).find((each) => /^line-\d+\.js$/.test(each)) ?? ''
    return import(pathToFileURL(join(compiled, name)).href)
  })
}
process.stdout.write(`${JSON.stringify(results)}\n`, () => process.exit())
