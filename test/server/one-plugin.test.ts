import fc from 'fast-check'
import { createSchema, createYoga, type Plugin } from 'graphql-yoga'
import { describe, expect, test } from 'vitest'
import { asOnePlugin, HOOKS } from '../../src/server/one-plugin.ts'

type Hook = (typeof HOOKS)[number]

/** What a hook does besides being noted: `later` after a turn, `set` something, `end` the hooks of its kind, `throw`. */
type Deed = 'nothing' | 'later' | 'set' | 'end' | 'throw'

const anyDeed = fc.oneof(
  { weight: 8, arbitrary: fc.constant<Deed>('nothing') },
  { weight: 4, arbitrary: fc.constantFrom<Deed>('later', 'set') },
  { weight: 1, arbitrary: fc.constantFrom<Deed>('end', 'throw') },
)
const anyPlugin = fc.record(
  Object.fromEntries(HOOKS.map((hook) => [hook, anyDeed])) as Record<Hook, typeof anyDeed>,
  { requiredKeys: [] },
)

type Deeds = Partial<Record<Hook, Deed>>

// biome-ignore lint/suspicious/noExplicitAny: each kind of hook has a payload of its own
type Payload = any

/** Notes what each hook is shown, and changes what it can. */
function pluginOf(deeds: Deeds, name: string, trace: string[]): Plugin {
  const entries = Object.entries(deeds).map(([hook, deed]) => {
    function act(payload: Payload): void {
      trace.push(`${name}.${hook} ${shownBy(hook as Hook, payload)}`)
      if (deed === 'set') setSomething(hook as Hook, payload, name)
      if (deed === 'end') endEarly(hook as Hook, payload, name)
      if (deed === 'throw') throw new Error(`${name}.${hook}`)
    }
    return [hook, deed === 'later' ? async (payload: Payload) => act(await Promise.resolve(payload)) : act]
  })
  return Object.fromEntries(entries)
}

function shownBy(hook: Hook, payload: Payload): string {
  if (hook === 'onParams') return JSON.stringify(payload.params)
  if (hook === 'onRequestParse') return typeof payload.requestParser
  if (hook === 'onResultProcess') return JSON.stringify(payload.result)
  if (hook === 'onResponse') return `${payload.response.status} ${payload.response.headers.get('x-seen')}`
  return ''
}

function setSomething(hook: Hook, payload: Payload, name: string): void {
  if (hook === 'onParams') payload.setParams({ ...payload.params, query: `{ ${name}: greeting }` })
  if (hook === 'onRequestParse') payload.setRequestParser(() => ({ query: `{ ${name}: greeting }` }))
  if (hook === 'onResultProcess')
    payload.setResult({ ...payload.result, extensions: { ...payload.result.extensions, [name]: true } })
  if (hook === 'onResponse') payload.response.headers.set('x-seen', name)
}

function endEarly(hook: Hook, payload: Payload, name: string): void {
  if (hook === 'onRequest') payload.endResponse(new payload.fetchAPI.Response(name, { status: 418 }))
}

const schema = createSchema({
  typeDefs: 'type Query { greeting: String }',
  resolvers: { Query: { greeting: () => 'hello' } },
})

async function answerWith(plugins: Plugin[], trace: string[]): Promise<unknown> {
  const yoga = createYoga({ schema, plugins, logging: false, graphiql: false, landingPage: false })
  try {
    const response = await yoga.fetch('http://localhost/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ greeting }' }),
    })
    const { status, headers } = response
    return { status, seen: headers.get('x-seen'), text: await response.text(), trace }
  } catch (error) {
    return { error: String(error), trace }
  }
}

describe('several plugins as one', () => {
  test('see, set, end and fail what they would each for itself, in the same order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyPlugin, { maxLength: 4 }), async (plugins) => {
        const [apart, together]: [string[], string[]] = [[], []]
        const listed = (trace: string[]) => plugins.map((deeds, nth) => pluginOf(deeds, `p${nth}`, trace))
        expect(await answerWith([asOnePlugin(listed(together))], together)).toEqual(
          await answerWith(listed(apart), apart),
        )
      }),
      { numRuns: 300 },
    )
  })

  test('hear of the end of a request once, whether it was answered or failed', async () => {
    for (const deed of ['nothing', 'later', 'throw'] as const)
      for (const hook of ['onRequest', 'onParams', 'onResponse'] as const) {
        const trace: string[] = []
        const plugin = asOnePlugin([
          pluginOf({ [hook]: deed }, 'p', []),
          { onEnd: ({ request }) => trace.push(`end of ${request.method}`) },
        ])
        await answerWith([plugin], [])
        expect(trace, `${hook} ${deed}`).toEqual(['end of POST'])
      }
  })

  test('may have one that makes the result itself, of the parameters that those after it have set', async () => {
    const answering: Plugin = {
      onParams: ({ setParamsHandler }) =>
        setParamsHandler(({ params }) => ({ data: { asked: params.query ?? null } })),
    }
    const plugins = [asOnePlugin([answering, pluginOf({ onParams: 'set' }, 'p', [])])]
    expect(await answerWith(plugins, [])).toMatchObject({ text: '{"data":{"asked":"{ p: greeting }"}}' })
  })

  test('are refused where they have hooks that would not be called', () => {
    expect(() => asOnePlugin([{ onSubscribe() {} }])).toThrow('onSubscribe')
  })
})
