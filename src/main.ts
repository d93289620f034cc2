#!/usr/bin/env node
import './compile-cache.js'

// Imported after the check of Node's version: an older Node fails on these imports.
const { run } = await import('./process/run.ts')
await run()
