/** Runs in a measured process before its own program, and reports its usage to the bench on request. */
process.on('message', () => {
  const { user, system } = process.cpuUsage()
  process.send?.({ cpuMs: (user + system) / 1000, residentMb: process.memoryUsage.rss() / 2 ** 20 })
})
// The channel to the bench alone must not keep the process alive.
process.channel?.unref()
