import { readFileSync } from 'node:fs'
import { VARIABLES, type Variable } from '../../config.ts'

const USAGE = `appointments-gateway: a GraphQL gateway over the Appointments API of an electronic health record

Usage: appointments-gateway [command] [options]

Commands
  (none)              starts the gateway, with the sandbox unless APPOINTMENTS_API_URL names an upstream
  sandbox             starts the Appointments API alone
  check               prints what the environment configures; 2 where that is invalid
    --upstream        tries the upstream's key as well, with one request; 1 where it is refused
  plan FILE           prices a file of trusted documents against the hour; 1 where it may not fit
    --screens N       the screens that are open at once
    --per-hour N      how often a screen runs each query (60); Name=N is of one operation
    --changes N       changes of appointments in an hour (150): each runs subscriptions and live queries
    --quota N         upstream requests in an hour (1000)
  account             prints the account of APPOINTMENTS_API_KEY, for WEBHOOK_SECRETS

Options
  -h, --help, help    prints this
  -v, --version       prints the version

Exit codes: 0 done, 1 a check or a start that failed, or a fault, 2 an error of use or of the configuration.

Variables of the environment, with their defaults
`

/** The text of `--help`: the commands, and every variable in its group. */
export function helpText(): string {
  const groups = VARIABLES.map(({ title, variables }) => [`\n${title}`, ...variables.map(lineOf)].join('\n'))
  return USAGE + groups.join('\n')
}

function lineOf({ name, byDefault, meaning }: Variable): string {
  return `  ${byDefault === undefined ? name : `${name}=${byDefault}`}\n      ${meaning}`
}

/** The version of the package, from its manifest. The path is valid in the sources and in `dist`. */
export function version(): string {
  const manifest = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(manifest) as { readonly version: string }).version
}
