#!/usr/bin/env node
import './compile-cache.js'

// Imported after the check of the Node: an older one lacks what the process imports.
const { run } = await import('./process/run.ts')
await run()
