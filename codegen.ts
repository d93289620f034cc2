import type { CodegenConfig } from '@graphql-codegen/cli'

/** Typed documents for the operations of the tests, as any client would generate them from `schema.graphql`. */
const config: CodegenConfig = {
  schema: 'schema.graphql',
  documents: 'test/client/*.graphql',
  importExtension: '.ts',
  generates: {
    'test/client/generated/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: { useTypeImports: true, scalars: { DateTime: 'string' }, enumsAsTypes: true },
    },
  },
}

export default config
