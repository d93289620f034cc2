import { ApolloClient, gql as apolloGql, HttpLink, InMemoryCache } from '@apollo/client'
import { Defer20220824Handler } from '@apollo/client/incremental'
import { createClient, fetchExchange, gql } from '@urql/core'
import { cacheExchange } from '@urql/exchange-graphcache'
import { expect, test } from 'vitest'
import { startGateway } from '../support/gateway.ts'
import { startScriptedUpstream } from '../support/scripted-upstream.ts'

const DAY = `
  query Day {
    appointments(first: 2) {
      nodes { id title ...Who @defer }
    }
  }
  fragment Who on Appointment { attendeeName durationMinutes }`
const ROWS = ['a', 'b'].map((id) => ({ id, title: `Visit ${id}` }))

interface Day {
  readonly appointments: {
    readonly nodes: readonly { readonly title: string; readonly attendeeName?: string }[]
  }
}

/** A list of two rows. The upstream answers reads of further fields once the test allows it. */
async function startClinic() {
  const { promise: mayAnswer, resolve: answer } = Promise.withResolvers<void>()
  const upstream = await startScriptedUpstream(({ line }) => {
    const id = /\/appointments\/(\w+)/.exec(line)?.[1]
    if (id === undefined) return { body: { data: ROWS, meta: { has_more: false } } }
    const data = { id, title: `Visit ${id}`, attendee_name: `Name ${id}`, duration_minutes: 30 }
    return (response) =>
      void mayAnswer.then(() =>
        response
          .writeHead(200, { 'content-type': 'application/json' })
          .end(JSON.stringify({ data, meta: {} })),
      )
  })
  const gateway = await startGateway({ url: upstream.url, key: 'k' })
  return {
    url: `${gateway.url}/graphql`,
    answer,
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]()
      await upstream[Symbol.asyncDispose]()
    },
  }
}

const FIRST = ROWS.map(({ title }) => [title, undefined])
const LAST = ROWS.map(({ id, title }) => [title, `Name ${id}`])

function shownBy({ appointments }: Day): unknown {
  return appointments.nodes.map(({ title, attendeeName }) => [title, attendeeName])
}

/** The consecutive states of a screen, without repetitions. */
function createScreen() {
  const states: unknown[] = []
  const { promise: first, resolve: onFirst } = Promise.withResolvers<void>()
  const { promise: last, resolve: onLast } = Promise.withResolvers<void>()
  return {
    states,
    first,
    last,
    show(day: Day | undefined, isLast: boolean) {
      if (day === undefined) return
      states.push(shownBy(day))
      onFirst()
      if (isLast) onLast()
    },
  }
}

/** Expects the list while the rest is delayed, and then the complete answer. */
async function expectBothStates(
  { states, first, last }: ReturnType<typeof createScreen>,
  answer: () => void,
): Promise<void> {
  await first
  expect(states[0]).toEqual(FIRST)
  answer()
  await last
  expect(states.at(-1)).toEqual(LAST)
}

test('Apollo Client shows the list first, with the handler that the documents name', async () => {
  await using clinic = await startClinic()
  const client = new ApolloClient({
    link: new HttpLink({ uri: clinic.url }),
    cache: new InMemoryCache(),
    incrementalHandler: new Defer20220824Handler(),
  })
  const screen = createScreen()
  const watched = client.watchQuery<Day>({ query: apolloGql(DAY) }).subscribe({
    next: ({ data, dataState }) => screen.show(data as Day | undefined, dataState === 'complete'),
  })
  await expectBothStates(screen, clinic.answer)
  watched.unsubscribe()
  client.stop()
})

test.each([
  ['its default exchanges', []],
  ['its normalized cache', [cacheExchange({})]],
])('urql shows the list first, with %s', async (_name, caches) => {
  await using clinic = await startClinic()
  const client = createClient({
    url: clinic.url,
    preferGetMethod: false,
    exchanges: [...caches, fetchExchange],
  })
  const screen = createScreen()
  const watched = client.query<Day>(gql(DAY), {}).subscribe(({ data, hasNext }) => {
    screen.show(data, !hasNext)
  })
  await expectBothStates(screen, clinic.answer)
  watched.unsubscribe()
})
