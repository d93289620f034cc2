import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

/** Bundles the script of the desk: its sources, the client and Preact as one module. Needs the sources. */
export async function bundleDesk(folder: URL): Promise<string> {
  await using bundle = await rolldown({
    input: fileURLToPath(new URL('desk.tsx', folder)),
    tsconfig: fileURLToPath(new URL('tsconfig.json', folder)),
    platform: 'browser',
  })
  const { output } = await bundle.generate({ format: 'esm', minify: true })
  return output[0].code
}
