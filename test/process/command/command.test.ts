import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import manifest from '../../../package.json' with { type: 'json' }
import { VARIABLES } from '../../../src/config.ts'
import { readCommand } from '../../../src/process/command/command.ts'
import { helpText } from '../../../src/process/command/help.ts'
import { runProcess } from '../../support/process.ts'

const SEE = ' --help lists the commands and their options.'

describe('The arguments', () => {
  test.for([
    [[], { name: 'gateway' }],
    [['sandbox'], { name: 'sandbox' }],
    [['account'], { name: 'account' }],
    [['--help'], { name: 'help' }],
    [['help'], { name: 'help' }],
    [['version'], { name: 'version' }],
    [['plan', '-h'], { name: 'help' }],
    [['-v'], { name: 'version' }],
    [['check'], { name: 'check', triesUpstream: false }],
    [['check', '--upstream'], { name: 'check', triesUpstream: true }],
    [
      ['plan', 'a.json', '--screens', '12'],
      {
        name: 'plan',
        file: 'a.json',
        screens: 12,
        quota: 1000,
        rates: { query: 60, changes: 150, ofOperation: new Map() },
      },
    ],
    [
      ['plan', '--quota=500', '--per-hour', '6', 'a.json', '--per-hour=Day=2', '--screens=0', '--changes=9'],
      {
        name: 'plan',
        file: 'a.json',
        screens: 0,
        quota: 500,
        rates: { query: 6, changes: 9, ofOperation: new Map([['Day', 2]]) },
      },
    ],
  ] as const)('%j is a command', ([args, command]) => {
    expect(readCommand(args)).toEqual(command)
  })

  test.for([
    [['sandbx'], 'There is no command sandbx. Did you mean sandbox?'],
    [['gateway'], 'There is no command gateway.'],
    [['hlep'], 'There is no command hlep. Did you mean help?'],
    [['sandbox', '--changes', '3'], 'There is no option --changes.'],
    [['help', 'plan'], 'help takes no argument.'],
    [['constructor'], 'There is no command constructor.'],
    [['check', '--upstrem'], 'There is no option --upstrem. Did you mean --upstream?'],
    [['--upstream'], 'There is no option --upstream.'],
    [['sandbox', '--screens', '3'], 'There is no option --screens.'],
    [['-x'], 'There is no option -x.'],
    [['check', 'now'], 'check takes no argument.'],
    [
      ['account', 'pk_live_1'],
      'account takes no argument: it reads APPOINTMENTS_API_KEY, because others can see an argument.',
    ],
    [['plan', '--screens', '1'], 'plan takes one argument, the file of the trusted documents.'],
    [['plan', 'a', 'b', '--screens', '1'], 'plan takes one argument, the file of the trusted documents.'],
    [['plan', 'a'], 'plan needs --screens, the number of screens.'],
    [['plan', 'a', '--screens'], '--screens needs a value.'],
    [['plan', 'a', '--screens', '1.5'], '--screens must be a whole number from 0 to 100000.'],
    [['plan', 'a', '--screens', '-1'], '--screens must be a whole number from 0 to 100000.'],
    [
      ['plan', 'a', '--screens', '1', '--per-hour', 'Day=x'],
      '--per-hour must be a whole number from 0 to 1000000000, or Name=number.',
    ],
    [['--help=yes'], '--help takes no value.'],
  ] as const)('%j is refused with a sentence', ([args, sentence]) => {
    expect(readCommand(args)).toEqual({ name: 'misuse', sentence: sentence + SEE })
  })

  test('No refusal quotes an argument that may be a key', () => {
    const secret = fc.stringMatching(/^[a-z]{2}_[A-Za-z0-9]{16,32}$/)
    const around = fc.constantFrom('', '--', '--key=', '--screens=', '-')
    const before = fc.constantFrom([], ['sandbox'], ['check'], ['account'], ['plan', 'a'])
    fc.assert(
      fc.property(before, around, secret, (words, prefix, key) => {
        const command = readCommand([...words, prefix + key])
        expect(JSON.stringify(command)).not.toContain(key)
      }),
    )
  })
})

describe('The help', () => {
  const lines = helpText().split('\n')

  test('It has every variable in its group, with its default and its sentence', () => {
    for (const { title, variables } of VARIABLES) {
      const from = lines.indexOf(title)
      const shown = variables.flatMap(({ name, byDefault, meaning }) => [
        byDefault === undefined ? `  ${name}` : `  ${name}=${byDefault}`,
        `      ${meaning}`,
      ])
      expect(lines.slice(from + 1, from + 1 + shown.length)).toEqual(shown)
    }
  })

  test('No line of it is longer than a wide terminal', () => {
    expect(lines.filter(({ length }) => length > 110)).toEqual([])
  })

  test('Help and version need no valid configuration', async () => {
    const bad = { PORT: 'x', CACHE_TTL_SECOND: '1' }
    expect(await runProcess(bad, '--help')).toEqual({ code: 0, stdout: `${helpText()}\n`, stderr: '' })
    expect(await runProcess(bad, '--version')).toEqual({
      code: 0,
      stdout: `${manifest.version}\n`,
      stderr: '',
    })
  })

  test.for([['sandbx'], ['--upstrem']])(
    '%s starts nothing: the process exits with 2',
    async ([word = '']) => {
      const { code, stdout, stderr } = await runProcess({ PORT: '0', SANDBOX_PORT: '0' }, word)
      expect([code, stdout]).toEqual([2, ''])
      expect(stderr).toMatch(/^There is no (command|option) [a-z-]+\. .*--help.*\n$/)
    },
  )
})
