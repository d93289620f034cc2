/**
 * Counts the files of `src`, without the sandbox, with a function that V8 saw called while the gateway answered one warm
 * operation. A reader who follows the operation opens that many files.
 */
import { Session } from 'node:inspector/promises'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startProduct } from '../support/product.ts'

const SRC = fileURLToPath(new URL('../../src', import.meta.url))
const FIELDS = 'id title startTime status patient { id }'
const APPOINTMENT = `query ($id: ID!) { appointment(id: $id) { ${FIELDS} attendeeName } }`
const PAGE = `{ appointments(first: 20) { edges { cursor node { ${FIELDS} } } pageInfo { hasNextPage endCursor } } }`
const CANCEL =
  'mutation ($id: ID!) { cancelAppointment(input: { id: $id }) { appointment { id status } performedAt } }'

await using product = await startProduct({ gateway: { cacheTtlSeconds: 0 } })
const session = new Session()
session.connect()
await session.post('Profiler.enable')

const { data } = await product.query('{ appointments(filter: { status: [CONFIRMED] }) { nodes { id } } }')
const ids: string[] = data.appointments.nodes.map(({ id }: { id: string }) => id)
await report('appointment(id:)', () => product.query(APPOINTMENT, { id: ids[0] }))
await report('first: 20', () => product.query(PAGE))
await report('cancel', () => product.query(CANCEL, { id: ids.pop() }))
session.disconnect()

async function report(name: string, ask: () => Promise<unknown>): Promise<void> {
  await ask()
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false })
  await ask()
  const { result } = await session.post('Profiler.takePreciseCoverage')
  await session.post('Profiler.stopPreciseCoverage')
  const entered = result
    .filter(({ url, functions }) => url.startsWith('file:') && functions.some(hasRun))
    .map(({ url }) => relative(SRC, fileURLToPath(url)))
    .filter((file) => !file.startsWith('..') && !file.startsWith('sandbox'))
  process.stdout.write(`${name}: ${entered.length} files\n`)
  if (process.env.ENTERED_FILES) process.stdout.write(`  ${entered.toSorted().join('\n  ')}\n`)
}

function hasRun({ ranges }: { readonly ranges: readonly { readonly count: number }[] }): boolean {
  return ranges.some(({ count }) => count > 0)
}
