import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Whether a specifier is relative, of Node, of a package itself, or a path that the package declares in `exports`. */
export function isDeclaredByPackage(specifier: string): boolean {
  if (/^(\.|node:)/.test(specifier)) return true
  const [, name = '', path = ''] = /^((?:@[^/]+\/)?[^/]+)(\/.*)?$/.exec(specifier) ?? []
  return path === '' || exportsOf(name).some((declared) => isMatch(declared, `.${path}`))
}

function exportsOf(name: string): readonly string[] {
  const manifest = join(import.meta.dirname, '../../node_modules', name, 'package.json')
  const { exports } = JSON.parse(readFileSync(manifest, 'utf8')) as { readonly exports?: object }
  return Object.entries(exports ?? {}).flatMap(([path, target]) => (target === null ? [] : [path]))
}

function isMatch(declared: string, path: string): boolean {
  const [before = '', after] = declared.split('*')
  if (after === undefined) return declared === path
  return path.length > before.length + after.length && path.startsWith(before) && path.endsWith(after)
}
