import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { expect, test } from 'vitest'
import { readConfig, VARIABLES, type Variable } from '../../src/config.ts'
import { ROOT } from '../docs/documents.ts'

const PATH = join(ROOT, '.env.example')

const HEAD = `# Every variable of the gateway and the sandbox, with its default. Copy this file to .env, and take away the # of what you set.
# It is made from the table of src/config.ts: npx vitest run --config test/vitest.config.ts test/deploy/env-example -u
`

function lineOf({ name, byDefault = '', meaning }: Variable): string {
  return `# ${meaning}\n#${name}=${byDefault}\n`
}

test('.env.example is generated from the table of the configuration', async () => {
  const groups = VARIABLES.map(({ title, variables }) => `\n## ${title}\n${variables.map(lineOf).join('')}`)
  await expect(HEAD + groups.join('')).toMatchFileSnapshot(PATH)
})

test('Each of its lines is the default, and without the # it changes nothing', () => {
  const names = VARIABLES.flatMap(({ variables }) => variables).map(({ name }) => name)
  const set = parseEnv(readFileSync(PATH, 'utf8').replaceAll(/^#(?=[A-Z])/gm, ''))
  expect(Object.keys(set).sort()).toEqual(names.toSorted())
  expect(readConfig(set).config).toEqual(readConfig({}).config)
})
