/** Runs the named benches, or all of them: `npm run bench -- requests paging`. `clinic-hour --plot` draws its chart. */
const FILES: Readonly<Record<string, string>> = {
  requests: './requests.ts',
  'clinic-hour': './clinic-hour.ts',
  instances: './instances.ts',
  bookings: './instances/bookings.ts',
  streams: './streams.ts',
  live: './streams/live.ts',
  paging: './paging.ts',
  drift: './drift.ts',
  'sandbox-indexes': './sandbox-indexes.ts',
  load: './load.ts',
  latency: './latency.ts',
  defer: './latency/defer.ts',
  again: './latency/again.ts',
  footprint: './footprint.ts',
  desk: './desk/desk.ts',
  entered: './entered.ts',
  telemetry: './latency/telemetry.ts',
}
const BENCHES = Object.keys(FILES)

const FLAGS = ['--plot']

const given = process.argv.slice(2)
const named = given.filter((name) => !FLAGS.includes(name))
const unknown = named.filter((name) => !BENCHES.includes(name))
if (unknown.length > 0) {
  process.stderr.write(`No such bench: ${unknown.join(', ')}. There are ${BENCHES.join(', ')}.\n`)
  process.exit(1)
}
for (const name of named.length > 0 ? named : BENCHES) {
  process.stdout.write(`\n${name}\n`)
  await import(FILES[name] ?? '')
}
