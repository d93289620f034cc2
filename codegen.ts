import type { CodegenConfig } from '@graphql-codegen/cli'

const preset = 'client'
const presetConfig = { fragmentMasking: false }
const config = {
  useTypeImports: true,
  scalars: { Date: 'string', DateTime: 'string', TimeZone: 'string' },
  enumsAsTypes: true,
}

/** Typed documents from `schema.graphql`, as any client would generate them. */
const codegen: CodegenConfig = {
  schema: 'schema.graphql',
  importExtension: '.ts',
  generates: {
    // The operations of the tests.
    'test/client/generated/': { documents: 'test/client/*.graphql', preset, presetConfig, config },
    // What other packages import: texts, so that it needs no GraphQL library.
    'src/client/generated/': {
      documents: 'src/client/*.graphql',
      preset,
      // The hashes have a name of their own: a client that does not ask for them sends texts.
      presetConfig: {
        ...presetConfig,
        persistedDocuments: { hashPropertyName: 'trusted', hashAlgorithm: 'sha256' },
      },
      config: { ...config, documentMode: 'string' },
    },
  },
}

export default codegen
