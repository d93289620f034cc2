import { startTutorialGateway } from '../tutorial/gateway.ts'

const { url } = await startTutorialGateway({ url: process.env.UPSTREAM_URL ?? '', key: 'pk_test_bench' })
process.stdout.write(`${url}\n`)
process.on('SIGTERM', () => process.exit())
