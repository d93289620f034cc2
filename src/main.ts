#!/usr/bin/env node
import { keepCompiled } from './compile-cache.ts'
import { neverPretenure } from './pretenuring.ts'

const OLDEST_NODE = 24

// What the process imports is not there in an older Node, so it is asked first.
if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
  process.stderr.write(`Node ${OLDEST_NODE} or newer is needed; this is ${process.version}.\n`)
  process.exit(2)
}
neverPretenure()
keepCompiled()
await import('./process.ts')
