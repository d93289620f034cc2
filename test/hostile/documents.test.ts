import { describe, expect, test } from 'vitest'
import { repeat, startTarget } from './target.ts'

const LIMIT = ['LIMIT_EXCEEDED']
const INVALID = ['GRAPHQL_VALIDATION_FAILED']
const MALFORMED = ['GRAPHQL_PARSE_FAILED']

/** Fragments that each spread the next one twice: 2^count fields. */
function bomb(count: number, spread: (next: string) => string): string {
  const fragments = repeat(count, (i) => `fragment F${i} on Appointment { id ${spread(`F${i + 1}`)} }`)
  return `{ appointments { nodes { ...F0 } } } ${fragments} fragment F${count} on Appointment { id }`
}

const nested = (spread: string) => `patient { appointments { nodes { ...${spread} } } }`

const FIELDS = [
  'id',
  'restId',
  'title',
  'description',
  'startTime',
  'endTime',
  'status',
  'videoLink',
  'meetingUrl',
]

const DOCUMENTS: readonly (readonly [what: string, codes: readonly string[], document: string])[] = [
  ['a thousand levels', LIMIT, `${'{ patient(id: "p") '.repeat(1000)}`],
  [
    'a circle through the types',
    LIMIT,
    `{ appointments { ${'nodes { patient { appointments { '.repeat(5)} totalCount ${'} } } '.repeat(5)} } }`,
  ],
  ['a thousand aliases', LIMIT, `{ ${repeat(1000, (i) => `a${i}: appointments { nodes { id } }`)} }`],
  ['a thousand aliases of __typename', LIMIT, `{ ${repeat(1000, (i) => `a${i}: __typename`)} }`],
  ['a thousand root fields', LIMIT, `{ ${repeat(1000, () => 'appointments { totalCount }')} }`],
  ['a thousand directives', LIMIT, `{ __typename ${'@skip(if: false) '.repeat(1000)} }`],
  ['a thousand directives of a variable', LIMIT, `query ($a: Int ${'@a '.repeat(1000)}) { __typename }`],
  ['100,000 tokens', LIMIT, `{ ${'id '.repeat(100_000)} }`],
  [
    '100,000 commas and a comment of 500 kB',
    [],
    `{ __typename ${','.repeat(100_000)} #${'x'.repeat(500_000)}\n }`,
  ],
  ['[[[[', LIMIT, `{ appointments(first: ${'['.repeat(2400)}`],
  ['[[[[ of a type', LIMIT, `query ($a: ${'['.repeat(2400)}`],
  ['a hundred thousand [', LIMIT, '['.repeat(100_000)],
  ['{{{{', LIMIT, '{a'.repeat(2400)],
  ['input objects in input objects', LIMIT, `{ appointments(filter: ${'{a:'.repeat(1500)}`],
  [']]]]', MALFORMED, ']'.repeat(2400)],
  ['fragments that double 28 times', [], bomb(28, (next) => `...${next} ...${next}`)],
  ['fragments that double 28 times, a level deeper each', LIMIT, bomb(28, nested)],
  [
    'fragments that double 28 times under aliases',
    LIMIT,
    bomb(28, (next) => `a: ${nested(next)} b: ${nested(next)}`),
  ],
  ['fragments that double 400 times', [], bomb(400, (next) => `...${next} ...${next}`)],
  [
    'a fragment inside itself',
    INVALID,
    '{ appointments { nodes { ...A } } } fragment A on Appointment { id ...A }',
  ],
  [
    'fragments inside each other, with aliases',
    INVALID,
    `{ appointments { nodes { ...A } } } fragment A on Appointment { ${nested('B')} ...B }
     fragment B on Appointment { a: id ${nested('A')} }`,
  ],
  [
    'a thousand fields that conflict',
    INVALID,
    `{ appointments { nodes { ${'patient { id } '.repeat(1000)} patient: clinician { id restId } } } }`,
  ],
  ['a thousand unknown fields', INVALID, `{ ${repeat(90, (i) => `jane${i}`)} }`],
  [
    'a thousand variables of unknown types',
    INVALID,
    `query (${repeat(1000, (i) => `$v${i}: X`)}) { __typename }`,
  ],
  [
    'introspection in a circle',
    INVALID,
    `{ __schema { types { ${'fields { type { '.repeat(5)} name ${'} } '.repeat(5)} } } }`,
  ],
  [
    'ninety unknown fields behind 450,000 empty lines',
    INVALID,
    `${'\n'.repeat(450_000)}{ ${repeat(90, (i) => `jane${i}`)} }`,
  ],
  [
    'a hundred conflicts of ten fields each behind 450,000 empty lines',
    INVALID,
    `${'\n'.repeat(450_000)}{ appointments { ${`nodes { ${FIELDS.join(' ')} } `.repeat(110)}
      nodes { ${repeat(FIELDS.length, (i) => `${FIELDS[i]}: ${FIELDS.at(i - 1)}`)} } } }`,
  ],
  ['a number that is not finite', INVALID, '{ appointments(first: 1e400) { nodes { id } } }'],
  ['a number beyond 32 bits', INVALID, '{ appointments(first: 99999999999) { nodes { id } } }'],
  ['a string that does not end', MALFORMED, `{ appointment(id: """${'x'.repeat(100_000)}`],
  ['control characters', MALFORMED, '{ \u0000\u0007\u001b }'],
  ['half a character', MALFORMED, '{ \ud800 }'],
  ['an empty document', ['BAD_REQUEST'], ''],
  ['a type definition', ['OPERATION_RESOLUTION_FAILURE'], 'type Query { jane: String }'],
  ['a subscription', INVALID, 'subscription { appointments { totalCount } }'],
]

describe('A hostile document', () => {
  test.for(DOCUMENTS)(
    'The gateway answers %s with %j and serves the next caller',
    async ([, codes, query]) => {
      await using target = await startTarget()
      const answer = await target.attack({ query })
      expect(answer.codes).toEqual(codes)
      const requests = await target.verifyAndTakeRequests()
      expect(requests.length).toBeLessThanOrEqual(codes.length === 0 ? 1 : 0)
    },
  )

  test('The gateway refuses ninety concurrent hostile documents at no upstream cost', async () => {
    await using target = await startTarget()
    const hostile = DOCUMENTS.filter(([, codes]) => codes.length > 0).map(([, , query]) => query)
    const answers = await Promise.all(
      Array.from({ length: 90 }, (_, index) => target.product.query(hostile[index % hostile.length] ?? '')),
    )
    expect(answers.filter(({ errors }) => errors === undefined)).toEqual([])
    expect(await target.verifyAndTakeRequests()).toEqual([])
  })
})
