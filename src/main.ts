#!/usr/bin/env node
import './engine.js'

const OLDEST_NODE = 24

// What the process imports is not there in an older Node, so it is asked first.
if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
  process.stderr.write(`Node ${OLDEST_NODE} or newer is needed; this is ${process.version}.\n`)
  process.exit(2)
}
await import('./process.ts')
