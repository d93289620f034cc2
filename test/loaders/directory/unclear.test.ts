import { describe, expect, test } from 'vitest'
import { startGateway } from '../../support/gateway.ts'
import { type ScriptedAnswer, startScriptedUpstream } from '../../support/scripted-upstream.ts'

interface Clinician {
  readonly id: string
  readonly [field: string]: unknown
}

/** An upstream with these clinicians, whose pages hold `perPage` at most. */
async function startDirectory(
  clinicians: readonly Clinician[],
  { perPage = 100, listed = (each: Clinician): unknown => each } = {},
) {
  const upstream = await startScriptedUpstream(({ line }): ScriptedAnswer => {
    const { pathname, searchParams } = new URL(line.slice('GET '.length), 'http://x')
    const id = /^\/clinician-profiles\/(.+)$/.exec(pathname)?.[1]
    if (id !== undefined) {
      const found = clinicians.find((each) => each.id === id)
      return found
        ? { body: { data: found, meta: {} } }
        : { status: 404, body: { error: { code: 'clinician_not_found', message: '-' } } }
    }
    const offset = Number(searchParams.get('offset'))
    const rows = clinicians.slice(offset, offset + perPage)
    const hasMore = offset + rows.length < clinicians.length
    return { body: { data: rows.map(listed), meta: { has_more: hasMore } } }
  })
  const gateway = await startGateway({ url: upstream.url, key: 'k' })
  return {
    gateway,
    lines: () => upstream.requests.map(({ line }) => line),
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]()
      await upstream[Symbol.asyncDispose]()
    },
  }
}

const many = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ id: `c${index}`, name: `Name ${index}` }))
const page = (offset: number) => `GET /clinician-profiles?limit=100&offset=${offset}`
const nameOf = (id: string) => `{ clinician(id: "${id}") { name } }`

describe('A directory whose form nobody knows', () => {
  test('of 250 costs three requests, and then nothing', async () => {
    await using started = await startDirectory(many(250))
    for (const id of ['c0', 'c249'])
      expect((await started.gateway.query(nameOf(id))).data.clinician.name).toBe(`Name ${id.slice(1)}`)
    expect(started.lines()).toEqual([page(0), page(100), page(200)])
  })

  test('in pages smaller than asked for is read on from where each page ends', async () => {
    await using started = await startDirectory(many(120), { perPage: 50 })
    expect((await started.gateway.query(nameOf('c119'))).data.clinician.name).toBe('Name 119')
    expect(started.lines()).toEqual([page(0), page(50), page(100)])
  })

  test('of thousands is read for five pages, and single reads find the others', async () => {
    await using started = await startDirectory(many(2_000))
    const { data } = await started.gateway.query(
      '{ a: clinician(id: "c499") { name } b: clinician(id: "c1999") { name } }',
    )
    expect(data).toEqual({ a: { name: 'Name 499' }, b: { name: 'Name 1999' } })
    expect(started.lines()).toEqual([0, 100, 200, 300, 400].map(page).concat('GET /clinician-profiles/c1999'))
  })

  test('whose rows lack a field has it from a single read, and null where that lacks it', async () => {
    const whole = { id: 'c', name: 'Maya', role: 'Physiotherapist' }
    await using started = await startDirectory([whole], { listed: ({ id, name }) => ({ id, name }) })
    const document =
      '{ clinician(id: "c") { name role bio isActive } again: clinician(id: "c") { role title } }'
    for (const _ of [1, 2]) {
      const { data, errors } = await started.gateway.query(document)
      expect(errors).toBeUndefined()
      expect(data).toEqual({
        clinician: { name: 'Maya', role: 'Physiotherapist', bio: null, isActive: null },
        again: { role: 'Physiotherapist', title: null },
      })
    }
    expect(started.lines()).toEqual([page(0), 'GET /clinician-profiles/c'])
  })

  test('with a value that the schema can not hold loses that field, and no other', async () => {
    const row = { id: 'c', name: 7, email: 'm@example.com', is_active: 'yes', created_at: 'yesterday' }
    await using started = await startDirectory([row])
    const { data, errors } = await started.gateway.query(
      '{ clinician(id: "c") { name email isActive createdAt } }',
    )
    expect(data.clinician).toEqual({ name: null, email: 'm@example.com', isActive: null, createdAt: null })
    expect(errors?.map(({ path, extensions }) => [path?.at(-1), extensions.code])).toEqual(
      ['name', 'isActive', 'createdAt'].map((name) => [name, 'UPSTREAM_INVALID_RESPONSE']),
    )
    expect(JSON.stringify(errors)).not.toMatch(/yesterday|yes"/)
  })

  test('that gives lists and numbers where text is usual shows them as text', async () => {
    const row = { id: 'c', qualifications: ['BSc', 'MCSP'], registration_number: 100_001 }
    await using started = await startDirectory([row])
    const { data } = await started.gateway.query(
      '{ clinician(id: "c") { qualifications registrationNumber } }',
    )
    expect(data.clinician).toEqual({ qualifications: '["BSc","MCSP"]', registrationNumber: '100001' })
  })

  test('with rows that are nothing shows the others', async () => {
    const rows = [null, 'x', { name: 'no id' }, { id: '../x', name: 'bad id' }] as unknown as Clinician[]
    await using started = await startDirectory([...rows, { id: 'c', name: 'Maya' }])
    expect((await started.gateway.query(nameOf('c'))).data.clinician.name).toBe('Maya')
  })

  test.each([
    ['no list', { body: { data: {}, meta: {} } }, 'UPSTREAM_INVALID_RESPONSE'],
    ['no such endpoint', { status: 404, body: { error: { code: 'not_found', message: '-' } } }, 'not_found'],
    ['a fault', { status: 500, body: { error: { code: 'INTERNAL_ERROR', message: '-' } } }, 'INTERNAL_ERROR'],
  ])('that answers %s is an error of each name, asked once', async (_name, answer, code) => {
    await using upstream = await startScriptedUpstream(() => answer)
    await using gateway = await startGateway({ url: upstream.url, key: 'k' })
    const { data, errors } = await gateway.query(
      '{ a: clinician(id: "a") { restId name } b: clinician(id: "b") { restId name } }',
    )
    expect(data).toEqual({ a: { restId: 'a', name: null }, b: { restId: 'b', name: null } })
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual([code, code])
    expect(upstream.requests).toHaveLength(1)
  })

  test('that answers a single read with somebody else is not believed', async () => {
    await using upstream = await startScriptedUpstream(({ line }) =>
      line.includes('?')
        ? { body: { data: [], meta: { has_more: false } } }
        : { body: { data: { id: 'other', name: 'Mallory' }, meta: {} } },
    )
    await using gateway = await startGateway({ url: upstream.url, key: 'k' })
    const { data, errors } = await gateway.query(nameOf('c'))
    expect(data.clinician.name).toBeNull()
    expect(errors?.[0]?.extensions.code).toBe('UPSTREAM_INVALID_RESPONSE')
    expect(JSON.stringify(errors)).not.toContain('Mallory')
  })
})
