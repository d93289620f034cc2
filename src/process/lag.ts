/** How far behind the event loop is, in milliseconds: how long whatever comes in now may have waited already. */
export interface LagMeter {
  readonly lagMs: () => number
  stop(): void
}

const EVERY_MS = 100

export function createLagMeter(): LagMeter {
  let beatAt = performance.now()
  let last = 0
  const behind = () => Math.max(0, performance.now() - beatAt - EVERY_MS)
  const beat = setInterval(() => {
    last = behind()
    beatAt = performance.now()
  }, EVERY_MS)
  beat.unref()
  // A turn of the loop that takes long is seen while it lasts, and once more by those that waited for its end.
  return { lagMs: () => Math.max(last, behind()), stop: () => clearInterval(beat) }
}
