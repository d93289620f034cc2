/** Runs in a measured process before its own program, and reports its usage to the bench on request. */
process.on('message', (message) => {
  // Twice, because the second run frees the objects that the first one finalises. It exists with --expose-gc.
  if (message === 'usage without garbage') for (let nth = 0; nth < 2; nth++) globalThis.gc?.()
  const { user, system } = process.cpuUsage()
  const { rss, heapUsed, external } = process.memoryUsage()
  process.send?.({
    cpuMs: (user + system) / 1000,
    residentMb: rss / 2 ** 20,
    heldMb: (heapUsed + external) / 2 ** 20,
  })
})
// The channel to the bench alone must not keep the process alive.
process.channel?.unref()
