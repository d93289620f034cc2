/** Loaded into a measured process before its own program: tells the bench what it has used so far. */
process.on('message', () => {
  const { user, system } = process.cpuUsage()
  process.send?.({ cpuMs: (user + system) / 1000, residentMb: process.memoryUsage.rss() / 2 ** 20 })
})
// A channel that nobody reads from must not keep the process alive.
process.channel?.unref()
