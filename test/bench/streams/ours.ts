import { listen } from '../../../src/process/listen.ts'
import { createGateway } from '../../../src/server/gateway.ts'
import { SECRET } from '../../support/events.ts'

const MANY = 1_000_000

const gateway = createGateway({
  // No upstream requests: the selection has only fields of an event.
  url: 'http://127.0.0.1:9',
  key: 'pk_bench',
  limits: { MAX_STREAMS: MANY, MAX_STREAMS_OF_CALLER: MANY, MAX_CONCURRENT_OPERATIONS: MANY },
  webhooks: { secrets: [{ secret: SECRET }] },
})
const { url } = await listen(gateway.handler, '127.0.0.1', 0)
process.stdout.write(`${url}\n`)
process.on('SIGTERM', () => process.exit())
