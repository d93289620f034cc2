/** Runs the named benches, or all of them: `npm run bench -- requests paging`. */
const FILES: Readonly<Record<string, string>> = {
  requests: './requests.ts',
  'clinic-hour': './clinic-hour.ts',
  instances: './instances.ts',
  streams: './streams.ts',
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
}
const BENCHES = Object.keys(FILES)

const named = process.argv.slice(2)
const unknown = named.filter((name) => !BENCHES.includes(name))
if (unknown.length > 0) {
  process.stderr.write(`No such bench: ${unknown.join(', ')}. There are ${BENCHES.join(', ')}.\n`)
  process.exit(1)
}
for (const name of named.length > 0 ? named : BENCHES) {
  process.stdout.write(`\n${name}\n`)
  await import(FILES[name] ?? '')
}
