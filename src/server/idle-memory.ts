import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

export interface IdleMemory {
  /** Something has been done: it is no time to tidy up. */
  touch(): void
  stop(): void
}

/** What a start has left is given back soon; later only in a long silence, as what comes next has to warm up again. */
const FIRST_SILENCE_MS = 2000
const SILENCE_MS = 300_000
/** What the heap holds beyond what is in use, before it is worth a pause of some 50 ms. */
const WORTH_BYTES = 16 * 1024 * 1024

/**
 * Gives back to the machine what a start or a burst has left behind: the engine keeps it for good. A process that has
 * nothing to do is at 110 MB so, and not at 160 or, after a load, at 400.
 */
export function returnIdleMemory(): IdleMemory {
  let touchedAt = performance.now()
  let isTidy = false
  let silenceMs = FIRST_SILENCE_MS
  const beat = setInterval(() => {
    if (isTidy || performance.now() - touchedAt < silenceMs) return
    isTidy = true
    silenceMs = SILENCE_MS
    const { heapTotal, heapUsed } = process.memoryUsage()
    if (heapTotal - heapUsed > WORTH_BYTES) collectGarbage()
  }, FIRST_SILENCE_MS / 2)
  beat.unref()
  return {
    touch() {
      touchedAt = performance.now()
      isTidy = false
    },
    stop: () => clearInterval(beat),
  }
}

type Collect = (options: { readonly type: 'major'; readonly flavor: 'last-resort' }) => void

/** Node gives the engine's collector only to those who ask for it on the command line, or so. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  const collect: Collect = runInNewContext('gc')
  setFlagsFromString('--no-expose-gc')
  collect({ type: 'major', flavor: 'last-resort' })
}
