import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { Agent, request } from 'undici'
import { startSandbox } from '../../src/sandbox/server.ts'
import { startProcess } from '../support/process.ts'

/**
 * Sends two minutes of mixed load at four times the capacity of the gateway, and prints its responses by status, its
 * resident memory, and how fast it recovers. The gateway is a separate process in pass-through mode, so that the load
 * is from many callers.
 */
const SECONDS = Number(process.env.LOAD_SECONDS ?? 120)
const CALLERS = 40
const keys = Array.from({ length: CALLERS }, (_, index) => ({
  key: `pk_test_${index}`,
  organisation: 'org_load',
  scopes: ['read_appointments', 'write_appointments'] as const,
}))
await using sandbox = await openSandbox()
await using gateway = await startProcess({
  PORT: '0',
  APPOINTMENTS_API_URL: sandbox.url,
  LOG_LEVEL: 'silent',
  MAX_LAG_MS: '500',
  MAX_OPERATIONS: '200',
  CACHE_TTL_SECONDS: '1',
})
const url = `${/http:\S+\/graphql/.exec(gateway.firstLine)?.[0]}`
const agent = new Agent({ connections: 600 })
const DOCUMENTS = [
  '{ appointments(first: 50) { nodes { id title startTime patient { id } } } }',
  '{ appointments(first: 5) { nodes { id attendeeName } } }',
  '{ appointments(filter: { status: [CONFIRMED] }) { nodes { id } totalCount } }',
  'mutation { createAppointment(input: { title: "Load", startTime: "2030-01-07T10:00:00Z", endTime: "2030-01-07T10:30:00Z" }) { appointment { id } } }',
]

const capacity = await closedLoop(16, Math.min(5, SECONDS))
print(`capacity: ${Math.round(capacity)} operations a second`)
const before = memory()
const counts = await openLoop(capacity * 4, SECONDS)
const during = memory()
print(`offered: ${Math.round(capacity * 4)} a second for ${SECONDS} s`)
for (const [status, count] of [...counts].sort()) print(`  ${status}: ${count}`)
print(`resident memory: ${before} MB before, ${during} MB at the end`)
const recovered = performance.now()
while ((await send(0)) !== '200') await sleep(50)
print(
  `served again after ${Math.round(performance.now() - recovered)} ms; capacity then: ${Math.round(await closedLoop(16, Math.min(5, SECONDS)))} a second`,
)
await agent.close()

async function closedLoop(width: number, seconds: number): Promise<number> {
  const end = performance.now() + seconds * 1000
  let done = 0
  const worker = async (index: number) => {
    for (let turn = index; performance.now() < end; turn++) {
      await send(turn)
      done += 1
    }
  }
  await Promise.all(Array.from({ length: width }, (_, index) => worker(index)))
  return done / seconds
}

async function openLoop(perSecond: number, seconds: number): Promise<Map<string, number>> {
  const counts = new Map<string, number>()
  const inFlight = new Set<Promise<void>>()
  const start = performance.now()
  for (let sent = 0; performance.now() - start < seconds * 1000; ) {
    const due = Math.floor(((performance.now() - start) / 1000) * perSecond)
    // The client limits its open requests, so that the bench does not measure the queue of the client.
    for (; sent < due && inFlight.size < 550; sent++) {
      const one = send(sent).then((status) => {
        counts.set(status, (counts.get(status) ?? 0) + 1)
        inFlight.delete(one)
      })
      inFlight.add(one)
    }
    sent = Math.max(sent, due - 1000)
    await sleep(5)
  }
  await Promise.all(inFlight)
  return counts
}

async function send(turn: number): Promise<string> {
  try {
    const { statusCode, body } = await request(url, {
      method: 'POST',
      dispatcher: agent,
      headers: { 'content-type': 'application/json', authorization: `Bearer pk_test_${turn % CALLERS}` },
      body: JSON.stringify({ query: DOCUMENTS[turn % DOCUMENTS.length] }),
    })
    const text = await body.text()
    const code = /"code":"(\w+)"/.exec(text)?.[1]
    return code === undefined ? `${statusCode}` : `${statusCode} ${code}`
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'failed'
  }
}

function memory(): number {
  const status = readFileSync(`/proc/${gateway.pid}/status`, 'utf8')
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024)
}

async function openSandbox() {
  const opened = await startSandbox({ keys, rateLimit: 0 })
  return { ...opened, [Symbol.asyncDispose]: () => opened.close() }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
