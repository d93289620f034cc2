import type { ServerResponse } from 'node:http'
import { type GatewayTestOptions, startGateway } from '../../support/gateway.ts'
import { startScriptedUpstream } from '../../support/scripted-upstream.ts'

export const ROWS = ['a', 'b', 'c'].map((id) => ({ id, title: `Visit ${id}` }))

/** A gateway over a list of three rows without attendees. The test sends the responses to reads of single rows. */
export async function startManualClinic(gateway: GatewayTestOptions = {}) {
  const pending = new Map<string, ServerResponse>()
  const upstream = await startScriptedUpstream(({ line }) => {
    const id = /\/appointments\/(\w+)/.exec(line)?.[1]
    if (id === undefined) return { body: { data: ROWS, meta: { has_more: false } } }
    return (response) => void pending.set(id, response)
  })
  const client = await startGateway({ url: upstream.url, key: 'k', ...gateway })
  return {
    ...client,
    upstream,
    lines: () => upstream.requests.map(({ line }) => line.replace(/\?.*/, '')),
    /** Responds to the read of a row, by default with the row and its attendee. */
    answer(id: string, body?: object, status = 200) {
      const data = { id, title: `Visit ${id}`, attendee_name: `Name ${id}` }
      pending
        .get(id)
        ?.writeHead(status, { 'content-type': 'application/json' })
        .end(JSON.stringify(body ?? { data, meta: {} }))
    },
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]()
      await upstream[Symbol.asyncDispose]()
    },
  }
}
