import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { bundleDesk } from './bundle.ts'

/** Builds what `tsc` does not: the desk, and the file of the client's documents by their hashes. */
const SRC = new URL('../../', import.meta.url)
const DIST = new URL('../../../dist/', import.meta.url)

const script = await bundleDesk(new URL('desk/', SRC))
await mkdir(new URL('desk/', DIST), { recursive: true })
await writeFile(new URL('desk/desk.js', DIST), script)
await copyFile(new URL('desk/desk.css', SRC), new URL('desk/desk.css', DIST))
await copyFile(
  new URL('client/generated/persisted-documents.json', SRC),
  new URL('client/trusted-documents.json', DIST),
)
