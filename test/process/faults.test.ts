import { describe, expect, test } from 'vitest'
import { ask } from '../support/ask.ts'
import { type Process, runningFirst, startProcess } from '../support/process.ts'
import { startScriptedUpstream } from '../support/scripted-upstream.ts'

/** Throws uncaught errors: one signal causes an exception, the other a rejection. */
const FAULTS = runningFirst(`
  process.on('SIGUSR2', () => { throw new RangeError('Jane Doe') })
  process.on('SIGHUP', () => void Promise.reject(new TypeError('Jane Doe')))
`)

/** Makes the `close` of servers fail, and leaves them open. */
const NO_CLOSE = runningFirst(`
  import { Server } from 'node:http'
  const { close } = Server.prototype
  Server.prototype.close = function (done) {
    if (done === undefined) return close.call(this)
    done(new Error('Jane Doe'))
    return this
  }
`)

function faultsOf(product: Process): readonly string[] {
  const lines = product
    .errors()
    .split('\n')
    .filter((line) => line.startsWith('{'))
  return lines.map((line) => JSON.parse(line)).flatMap(({ msg, name }) => (msg === 'fault' ? [name] : []))
}

async function untilFaults(product: Process, count: number): Promise<void> {
  while (faultsOf(product).length < count) await new Promise((resolve) => setTimeout(resolve, 5))
}

describe('A process with a fault', () => {
  test('Every uncaught fault is reported without its message, and interrupts nothing', async () => {
    const { promise: received, resolve: arrive } = Promise.withResolvers<() => void>()
    await using upstream = await startScriptedUpstream(() => (response) => {
      arrive(() => void response.writeHead(200).end('{"data":{"id":"a","title":"t"},"meta":{}}'))
    })
    await using product = await startProcess({
      ...FAULTS,
      PORT: '0',
      APPOINTMENTS_API_URL: upstream.url,
      APPOINTMENTS_API_KEY: 'k',
      DRAIN_MS: '3600000',
    })
    const url = /http:\S+\/graphql/.exec(product.firstLine)?.[0] ?? ''
    const running = ask(url, { query: '{ appointment(id: "a") { title } }' })
    const answer = await received
    for (const [nth, signal] of (['SIGUSR2', 'SIGHUP', 'SIGUSR2'] as const).entries()) {
      product.signal(signal)
      await untilFaults(product, nth + 1)
    }
    answer()
    expect((await running).data).toEqual({ appointment: { title: 't' } })
    expect(await product.ended()).toBe(1)
    expect(faultsOf(product)).toEqual(['RangeError', 'TypeError', 'RangeError'])
    expect(product.errors()).not.toContain('Jane')
  })

  test('Each failure of a stop is reported, and the process exits all the same', async () => {
    await using product = await startProcess({
      ...NO_CLOSE,
      PORT: '0',
      METRICS_PORT: '0',
      SANDBOX_PORT: '0',
    })
    expect(await product.stop()).toBe(1)
    expect(faultsOf(product)).toEqual(['Error', 'Error'])
    expect(product.errors()).not.toContain('Jane')
  })

  test('The sandbox alone exits too where its stop fails', async () => {
    const failing = runningFirst(`
      import { Server } from 'node:http'
      Server.prototype.close = () => { throw new Error('Jane Doe') }
    `)
    await using sandbox = await startProcess({ ...failing, SANDBOX_PORT: '0' }, 'sandbox')
    expect(await sandbox.stop()).toBe(1)
    expect(faultsOf(sandbox)).toEqual(['Error'])
  })
})
