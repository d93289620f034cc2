// JavaScript, and the first file that runs: an older Node can load neither TypeScript nor what the process imports, and
// would end with a stack.
const OLDEST_NODE = 24

if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
  process.stderr.write(`Node ${OLDEST_NODE} or newer is needed; this is ${process.version}.\n`)
  process.exit(2)
}
