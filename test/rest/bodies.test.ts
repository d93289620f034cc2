import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createBodies } from '../../src/rest/wire/bodies.ts'
import { operationOf, startRest } from '../support/rest.ts'
import { startScriptedUpstream } from '../support/scripted-upstream.ts'

/** More than is read as a whole at once. */
const PADDING = 'ä'.repeat(5_000)

const anyMember = fc.tuple(
  fc.constantFrom('data', 'meta', 'error', '"meta"', '__proto__', 'padding'),
  fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom<unknown>({ meta: ',"meta":{}' }, [{ meta: 1 }], PADDING),
  ),
)
/** Members may come twice, which `JSON.parse` decides. */
const anyText = fc
  .array(anyMember, { maxLength: 4 })
  .map(
    (members) =>
      `{${members.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join()}}`,
  )
const anyBody = fc.oneof(
  { weight: 6, arbitrary: anyText },
  { weight: 1, arbitrary: anyText.map((text) => `\uFEFF${text}`) },
  { weight: 1, arbitrary: anyText.map((text) => text.slice(0, -1)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('', '[]', `,${PADDING}`, `"${PADDING},\\"meta\\""`, `{,"meta":"${PADDING}"}`),
  },
)

function parsed(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch {
    return undefined
  }
}

function answerOf(text: string, cut: number) {
  const body = Buffer.from(text)
  const at = cut % (body.length + 1)
  return { chunks: [body.subarray(0, at), body.subarray(at)], bytes: body.length }
}

describe('bodies', () => {
  test('are read as JSON says, whatever came before and however they are cut', () => {
    fc.assert(
      fc.property(
        fc.array(anyBody, { minLength: 1, maxLength: 3 }),
        fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 4, maxLength: 12 }),
        (texts, turns) => {
          const bodies = createBodies()
          for (const [which, cut] of turns) {
            const text = texts[which % texts.length] ?? ''
            expect(bodies.read('a', answerOf(text, cut))).toEqual(parsed(text))
          }
        },
      ),
      { numRuns: 400 },
    )
  })

  test('of which only the id of the exchange is new are not parsed again: the list is the same object', () => {
    const bodies = createBodies()
    const read = (list: string, id: string) => {
      const text = JSON.stringify({ data: [list, PADDING], meta: { request_id: id } })
      return bodies.read('a', answerOf(text, 7)) as { data: unknown; meta: unknown }
    }
    read('x', '1')
    const [second, third] = [read('x', '2'), read('x', '3')]
    expect(third.data).toBe(second.data)
    expect(third.meta).toEqual({ request_id: '3' })
    expect(read('y', '4').data).toEqual(['y', PADDING])
    expect(read('x', '5').data).not.toBe(second.data)
  })

  test('that hold something unreadable tell of it with the id of their own exchange', async () => {
    let count = 0
    await using upstream = await startScriptedUpstream(() => ({
      body: { data: [{ id: 'a', title: 7, description: PADDING }], meta: { request_id: `req_${++count}` } },
    }))
    await using rest = startRest(upstream.url, { cacheTtlMs: 0 })
    for (const nth of [1, 2, 3, 4]) {
      const { rows } = await rest.appointments.list({}, { offset: 0, limit: 20 }, operationOf())
      expect(rows).toMatchObject([{ id: 'a', title: { told: { requestId: `req_${nth}` } } }])
    }
  })
})
