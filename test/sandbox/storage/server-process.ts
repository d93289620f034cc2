import { startSandbox } from '../../../src/sandbox/server.ts'

/** A sandbox in a process that a test can kill: `node server-process.ts <database file>` prints its URL. */
const { url } = await startSandbox({ database: process.argv[2] ?? '', seed: 0, rateLimit: 0 })
process.stdout.write(`${url}\n`)
