#!/usr/bin/env node
import './engine.js'

const OLDEST_NODE = 24

// An installation goes on under any Node.
if (process.argv[2] === 'warm-up') await import('./warm-up.ts')
// What the process imports is not there in an older Node, so it is asked first.
else if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
  process.stderr.write(`Node ${OLDEST_NODE} or newer is needed; this is ${process.version}.\n`)
  process.exit(2)
} else await (await import('./process/run.ts')).run()
