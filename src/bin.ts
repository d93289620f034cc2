#!/usr/bin/env node
const OLDEST_NODE = 24

// What main imports is not there in an older Node, so it is asked first.
if (Number.parseInt(process.versions.node, 10) >= OLDEST_NODE) await import('./main.ts')
else {
  process.stderr.write(`Node ${OLDEST_NODE} or newer is needed; this is ${process.version}.\n`)
  process.exitCode = 2
}

export {}
