// How the engine is set, before anything else is loaded. It is JavaScript, and `npm start` loads it ahead of `main.ts`:
// else Node loads what takes the types off TypeScript, a twelfth of a start and 13 MB, for the very files that tell it
// where all is compiled already.
import module from 'node:module'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'

// Everything is made young. In a burst the engine may learn that what is made in some places lives long, and makes it
// old from then on: then all of those, dead or not, keep what they point at until the next large collection. Whether it
// learned so was chance, and a process that had took a tenth longer for 25 reads.
setFlagsFromString('--no-allocation-site-pretenuring')

// What is compiled is kept for the next start, which takes two thirds of the time of the first, and 25 MB less. Beside the
// packages and not where others may write, because what is in there is run. After the flags, as what was compiled under
// others is not taken. A Node that has no such cache is too old, which `main.ts` tells.
module.enableCompileCache?.(
  fileURLToPath(new URL('../node_modules/.cache/appointments-gateway', import.meta.url)),
)
