#!/usr/bin/env node
import './compile-cache.js'

const OLDEST_NODE = 24

// An older Node lacks what the process imports, so the process is imported after the check.
if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
  process.stderr.write(`Node ${OLDEST_NODE} or newer is needed; this is ${process.version}.\n`)
  process.exit(2)
}
const { run } = await import('./process/run.ts')
await run()
