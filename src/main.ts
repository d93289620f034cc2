#!/usr/bin/env node
import module from 'node:module'
import { join } from 'node:path'

const OLDEST_NODE = 24

// What the process imports is not there in an older Node, so it is asked first.
if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
  process.stderr.write(
    `Node ${OLDEST_NODE} or newer is needed; this is ${process.version}. \`npm start\` brings its own.\n`,
  )
  process.exit(2)
}
// A second start takes two thirds of the time of the first, and 25 MB less. Kept beside the packages and not where
// others may write, because what is in there is run.
module.enableCompileCache(join(import.meta.dirname, '..', 'node_modules', '.cache', 'appointments-gateway'))
await import(process.argv[2] === 'warm-up' ? './warm-up.ts' : './process.ts')
