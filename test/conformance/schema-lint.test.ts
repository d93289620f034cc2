import { parser, rules } from '@graphql-eslint/eslint-plugin'
import { ESLint } from 'eslint'
import { describe, expect, test } from 'vitest'

/** Types without an id, because they are part of another object; a change has its `sequence`, and there is one upstream. */
const WITHOUT_ID = {
  types: ['PageInfo', 'AppointmentChange', 'Upstream', 'Quota', 'QuotaForecast'],
  suffixes: ['Connection', 'Edge', 'Payload'],
}

async function lint(relayRules: object): Promise<string[]> {
  const eslint = new ESLint({
    overrideConfigFile: true,
    overrideConfig: {
      files: ['**/*.graphql'],
      languageOptions: { parser, parserOptions: { graphQLConfig: { schema: 'schema.graphql' } } },
      plugins: { '@graphql-eslint': { rules } },
      rules: relayRules,
    } as ESLint.Options['overrideConfig'] & object,
  })
  const [result] = await eslint.lintFiles(['schema.graphql'])
  return result?.messages.map(({ line, message }) => `${line}: ${message}`) ?? ['not linted']
}

describe('The schema', () => {
  test('The schema follows every Relay rule of graphql-eslint', async () => {
    expect(
      await lint({
        '@graphql-eslint/relay-arguments': 'error',
        '@graphql-eslint/relay-connection-types': 'error',
        // `AppointmentConnection.nodes` is a list that wraps no edge, as on GitHub.
        '@graphql-eslint/relay-edge-types': ['error', { listTypeCanWrapOnlyEdgeType: false }],
        '@graphql-eslint/relay-page-info': 'error',
        '@graphql-eslint/strict-id-in-types': ['error', { exceptions: WITHOUT_ID }],
        '@graphql-eslint/require-description': [
          'error',
          {
            types: true,
            rootField: true,
            FieldDefinition: true,
            InputValueDefinition: true,
            EnumValueDefinition: true,
          },
        ],
        '@graphql-eslint/no-unreachable-types': 'error',
      }),
    ).toEqual([])
  })

  test('The linter reports a rule that the schema breaks on purpose', async () => {
    expect((await lint({ '@graphql-eslint/relay-edge-types': 'error' })).join()).toContain(
      'only wrap an edge type',
    )
  })
})
