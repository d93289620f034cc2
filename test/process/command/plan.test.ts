import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Hour, planHour } from '../../../src/process/command/plan.ts'
import type { TrustedCost } from '../../../src/server/cost/trusted-costs.ts'
import { runProcess } from '../../support/process.ts'

const DOCUMENTS = {
  a1: 'query Day { appointments(first: 50) { nodes { id title } } }',
  b2: 'query Visit($id: ID!) { appointment(id: $id) { title patient { lastName } } }',
  c3: 'mutation Cancel($input: CancelAppointmentInput!) { cancelAppointment(input: $input) { performedAt } }',
}

async function planFile(content: string, ...args: string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'plan-'))
  const file = join(folder, 'documents.json')
  writeFileSync(file, content)
  const result = await runProcess({}, 'plan', file, ...args)
  rmSync(folder, { recursive: true })
  return { ...result, lines: result.stdout.split('\n').map((line) => line.replaceAll(/ {2,}/g, ' | ')) }
}

describe('The plan of an hour', () => {
  test('It states the requests of each operation, and that all of them fit', async () => {
    const { code, lines, stderr } = await planFile(
      JSON.stringify(DOCUMENTS),
      '--screens',
      '4',
      '--per-hour',
      '60',
    )
    expect([code, stderr]).toEqual([0, ''])
    expect(lines).toEqual([
      'A screen runs each query 60 times an hour and each mutation 4 times; --per-hour sets that.',
      'Each of 150 changes an hour may run each subscription, and each live query again; --changes sets that.',
      'Nothing counts as remembered or shared, so the gateway spends less than the most: without retries, and while events come.',
      '',
      'operation | an hour | requests | of one screen | of 4',
      'query Visit | 60 | 1 to 2 | 60 to 120 | 240 to 480',
      'query Day | 60 | 1 | 60 | 240',
      'mutation Cancel | 4 | 1 | 4 | 16',
      '',
      'Reads: 480 to 720 of 900 requests an hour. Writes: 16. Together: 496 to 736 of 1000.',
      'It fits: 7 screens fit where every operation costs its least, and 5 screens fit where every one costs its most.',
      '',
    ])
  })

  test('A plan that may not fit, or does not fit, exits with 1', async () => {
    const text = JSON.stringify(DOCUMENTS)
    const perhaps = await planFile(text, '--screens', '6')
    expect([perhaps.code, perhaps.stdout]).toEqual([
      1,
      expect.stringContaining('\nIt may not fit: 7 screens'),
    ])
    const never = await planFile(text, '--screens', '8')
    expect([never.code, never.stdout]).toEqual([1, expect.stringContaining('\nIt does not fit: 7 screens')])
    const seldom = await planFile(text, '--screens', '8', '--per-hour', 'Visit=2', '--per-hour', '12')
    expect([seldom.code, seldom.stdout]).toEqual([0, expect.stringContaining('\nIt fits: ')])
  })

  test('Each change may cost what a subscription or a live query selects', async () => {
    const more = '{ description location { name } patient { firstName } }'
    const text = JSON.stringify({
      a1: 'subscription Told { appointmentChanged { appointment { title } } }',
      b2: `subscription Asked { appointmentChanged { appointment ${more} } }`,
      c3: 'query Watched @live { appointments(first: 50) { nodes { id title } } }',
      d4: 'subscription Seldom { appointmentChanged { appointment { description } } }',
    })
    const rates = ['--screens', '1', '--changes', '30', '--per-hour', 'Seldom=2']
    const { code, lines } = await planFile(text, ...rates)
    expect(lines.slice(1, 2)).toEqual([expect.stringMatching(/^Each of 30 changes an hour may run /)])
    expect(lines.slice(4, -1)).toEqual([
      'operation | an hour | requests | of one screen | of 1',
      'subscription Asked | 0 to 30 | 0 to 8 | 0 to 240 | 0 to 240',
      'live query Watched | 1 to 31 | 1 | 1 to 31 | 1 to 31',
      'subscription Seldom | 2 | 0 to 1 | 0 to 2 | 0 to 2',
      'subscription Told | 0 to 30 | 0 | 0 | 0',
      '',
      'Reads: 1 to 273 of 900 requests an hour. Writes: 0. Together: 1 to 273 of 1000.',
      'It fits: 900 screens fit where every operation costs its least, and 3 screens fit where every one costs its most.',
    ])
    expect(code).toBe(0)
  })

  test('The text for one screen is in the singular', async () => {
    const { lines } = await planFile(JSON.stringify(DOCUMENTS), '--screens', '1', '--per-hour', '300')
    expect(lines.at(-2)).toMatch(/^It fits: 1 screen fits where .* least, and 1 screen fits where/)
  })

  test('An operation above the ceiling never runs, and spends nothing', async () => {
    const fields = Array.from({ length: 61 }, (_, i) => `a${i}: appointment(id: "a${i}") { id }`)
    const { code, lines } = await planFile(
      JSON.stringify({ e5: `{ ${fields.join(' ')} }` }),
      '--screens',
      '9',
    )
    expect([code, lines[5]]).toEqual([0, 'query e5, which never runs | 60 | 0 | 0 | 0'])
    expect(lines.at(-2)).toMatch(/^It fits: any number of screens fits/)
  })

  test('An operation that is not in the file, and a file without documents, exit with 2', async () => {
    const wrong = await planFile(JSON.stringify(DOCUMENTS), '--screens', '1', '--per-hour', 'Dya=2')
    expect(wrong).toMatchObject({ code: 2, stdout: '', stderr: 'plan: the file has no operation Dya.\n' })
    for (const content of ['{', '[]', '{ "a1": "query { nothing }" }'])
      expect(await planFile(content, '--screens', '1')).toMatchObject({
        code: 2,
        stdout: '',
        stderr: expect.stringMatching(/^plan: [^\n]*\n$/),
      })
  })
})

describe('The arithmetic of an hour', () => {
  const cost = fc.record({
    hash: fc.constant('a'),
    name: fc.constantFrom(null, 'Day', 'Visit'),
    kind: fc.constantFrom('query', 'mutation', 'subscription'),
    min: fc.nat(5),
    max: fc.integer({ min: 5, max: 90 }),
    isLive: fc.boolean(),
  }) as fc.Arbitrary<TrustedCost>
  const hour: fc.Arbitrary<Hour> = fc.record({
    screens: fc.nat(50),
    quota: fc.nat(5000),
    reservePercent: fc.nat(100),
    ceiling: fc.integer({ min: 1, max: 60 }),
    rates: fc.record({
      query: fc.nat(120),
      changes: fc.nat(300),
      ofOperation: fc
        .dictionary(fc.constant('Visit'), fc.nat(9))
        .map((rates) => new Map(Object.entries(rates))),
    }),
  })

  test('One screen more than the limit does not fit', () => {
    fc.assert(
      fc.property(fc.array(cost, { maxLength: 8 }), hour, (costs, one) => {
        const { operations, reads, writes, readQuota, screensThatFit } = planHour(costs, one)
        for (const [fit, which] of [
          [screensThatFit.min, 'max'],
          [screensThatFit.max, 'min'],
        ] as const) {
          const fits = (screens: number) =>
            screens * reads[which] <= readQuota && screens * (reads[which] + writes[which]) <= one.quota
          if (fit === Number.POSITIVE_INFINITY) expect(reads[which] + writes[which]).toBe(0)
          else expect([fits(fit), fits(fit + 1)]).toEqual([true, false])
        }
        const total = operations.reduce((sum, { perHour, max }) => sum + perHour.max * max, 0)
        expect(reads.max + writes.max).toBe(total)
        expect(operations.every(({ max }) => max <= one.ceiling)).toBe(true)
      }),
    )
  })
})
