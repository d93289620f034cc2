// Node keeps the compiled code for the next start. This file is JavaScript and `npm start` loads it ahead of `main.ts`, so
// that Node need not load its TypeScript support for files that are compiled already (`npm run bench -- footprint`).
import './node-version.js'
import module from 'node:module'
import { fileURLToPath } from 'node:url'

// Not in a folder that others may write to, because Node runs what is in it.
module.enableCompileCache(
  fileURLToPath(new URL('../node_modules/.cache/appointments-gateway', import.meta.url)),
)
