#!/usr/bin/env bash
# One would guess:  what is selected under `@include` is optional in the type that graphql-codegen generates, as it is for a
#                   single field: `street @include(if: $full)` gives `street?: string`.
# What happens:     where an object is selected once always and once under the condition, the type says that the fields of
#                   the condition are always there. Two fragments of which one is conditional become
#                   `{ address: … } & { address?: … }`, and TypeScript makes `address` required in an intersection, with
#                   the fields of both. A field with `@include` beside the same field without it is merged into one.
#                   `tsc --strict` then takes `address.street.length` without a check, and it is undefined when it runs.
# Whom it hurts:    a list whose rows load their details by a flag, in a client that is typed in order to be safe.
# Seen with:        @graphql-codegen/cli 7.4.3, @graphql-codegen/client-preset 6.2.0 with `fragmentMasking: false`,
#                   @graphql-codegen/typescript-operations 6.1.9, @graphql-codegen/visitor-plugin-common 7.2.7,
#                   typescript 5.9.3, graphql 16.15.0, Node 20.20.2 and 24.21.0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-save --no-audit --no-fund \
  @graphql-codegen/cli@7.4.3 @graphql-codegen/client-preset@6.2.0 @graphql-codegen/typescript-operations@6.1.9 \
  @graphql-codegen/visitor-plugin-common@7.2.7 typescript@5.9.3 graphql@16.15.0
cat >schema.graphql <<'GRAPHQL'
type Query { patient: Patient! }
type Patient { address: Address! }
type Address { city: String! street: String! }
GRAPHQL
cat >documents.graphql <<'GRAPHQL'
query Single($full: Boolean!) { patient { address { city street @include(if: $full) } } }
query Fragments($full: Boolean!) { patient { ...Short ...Full @include(if: $full) } }
query Fields($full: Boolean!) { patient { address { city } address @include(if: $full) { street } } }
fragment Short on Patient { address { city } }
fragment Full on Patient { address { street } }
GRAPHQL
cat >codegen.mjs <<'JS'
export default {
  schema: 'schema.graphql',
  documents: 'documents.graphql',
  generates: { 'out/': { preset: 'client', presetConfig: { fragmentMasking: false } } },
}
JS
node_modules/.bin/graphql-codegen --config codegen.mjs >codegen.log 2>&1 || { cat codegen.log; exit 1; }
cat >see.mjs <<'JS'
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { buildSchema, graphql } from 'graphql'

const schema = buildSchema(readFileSync('schema.graphql', 'utf8'))
const source = readFileSync('documents.graphql', 'utf8')
const generated = readFileSync('out/graphql.ts', 'utf8')
const rootValue = { patient: { address: { city: 'Basel', street: 'Example Street 1' } } }

for (const operationName of ['Single', 'Fragments', 'Fields']) {
  const type = `${operationName}Query`
  console.log(generated.match(new RegExp(`^export type ${type} = .*$`, 'm'))[0])
  writeFileSync('use.ts', `import type { ${type} } from './out/graphql'
    export const length = (data: ${type}): number => data.patient.address.street.length`)
  const flags = ['--strict', '--noEmit', '--skipLibCheck', '--module', 'esnext', '--moduleResolution', 'bundler']
  const tsc = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', ...flags, 'use.ts'], { encoding: 'utf8' })
  const verdict = tsc.status === 0 ? 'tsc takes address.street.length' : tsc.stdout.match(/error TS\d+: .*/)[0]
  const answer = await graphql({ schema, source, operationName, rootValue, variableValues: { full: false } })
  console.log(`  ${verdict}; $full false: ${JSON.stringify(answer)}`)
}
JS
seen=$(node see.mjs 2>&1) || true
expected='export type SingleQuery = { patient: { address: { city: string, street?: string } } };
  error TS18048: '"'data.patient.address.street' is possibly 'undefined'"'.; $full false: {"data":{"patient":{"address":{"city":"Basel"}}}}
export type FragmentsQuery = { patient: { address: { city: string } } & { address?: { street: string } } };
  tsc takes address.street.length; $full false: {"data":{"patient":{"address":{"city":"Basel"}}}}
export type FieldsQuery = { patient: { address: { city: string, street: string } } };
  tsc takes address.street.length; $full false: {"data":{"patient":{"address":{"city":"Basel"}}}}'
[ "$seen" = "$expected" ] || { printf 'This has changed:\n%s\n' "$seen"; exit 1; }
printf 'As stated:\n%s\n' "$seen"
