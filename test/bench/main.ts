/** Runs the named benches, or all of them: `npm run bench -- requests paging`. */
const BENCHES = [
  'requests',
  'clinic-hour',
  'instances',
  'streams',
  'paging',
  'drift',
  'sandbox-indexes',
  'load',
  'latency',
  'footprint',
  'entered',
]

const named = process.argv.slice(2)
const unknown = named.filter((name) => !BENCHES.includes(name))
if (unknown.length > 0) {
  process.stderr.write(`No such bench: ${unknown.join(', ')}. There are ${BENCHES.join(', ')}.\n`)
  process.exit(1)
}
for (const name of named.length > 0 ? named : BENCHES) {
  process.stdout.write(`\n${name}\n`)
  await import(`./${name}.ts`)
}
