import { parse } from 'yaml'
import { readText } from './files.ts'

export const COMPOSE = readText('compose.yaml')

interface Service {
  readonly image?: string
  readonly build?: string
  readonly command?: string
  readonly environment?: Readonly<Record<string, string>>
  readonly profiles?: readonly string[]
  readonly read_only?: boolean
  readonly stop_grace_period?: string
  readonly depends_on?: Readonly<Record<string, object>>
}

/** The services that `docker compose` reads with these variables. */
export function servicesWith(variables: Readonly<Record<string, string>>): Readonly<Record<string, Service>> {
  const text = JSON.stringify(parse(COMPOSE, { merge: true }).services)
  return JSON.parse(text.replaceAll(/\$\{(\w+):-([^}]*)\}/g, (_, name, other) => variables[name] || other))
}
