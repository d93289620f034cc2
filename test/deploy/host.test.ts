import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readDocument, snippetsOf } from '../docs/documents.ts'
import { readText, runIfThere } from './files.ts'
import { GRACE_MS } from './grace.ts'

function withFile<Result>(
  name: string,
  text: string,
  use: (path: string) => Promise<Result>,
): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'deploy-'))
  const path = join(folder, name)
  writeFileSync(path, text)
  return use(path).finally(() => rmSync(folder, { recursive: true }))
}

describe('The unit of systemd', () => {
  const unit = readText('deploy/appointments-gateway.service')
  const settings = new Map(
    [...unit.matchAll(/^(\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
  )

  test('It starts the command, and does not restart it after an invalid configuration', () => {
    expect(settings.get('ExecStart')).toMatch(
      /^\/usr\/bin\/node \/opt\/.*\/appointments-gateway\/dist\/main\.js$/,
    )
    expect([settings.get('Restart'), settings.get('RestartPreventExitStatus')]).toEqual(['on-failure', '2'])
    // systemd stops restarting a unit that starts five times in ten seconds.
    expect(Number(settings.get('RestartSec'))).toBeGreaterThan(2)
  })

  test('It gives the process enough time to drain and to finish', () => {
    expect(Number(settings.get('TimeoutStopSec')) * 1000).toBeGreaterThan(GRACE_MS)
  })

  test('Each line is well formed, and systemd accepts it if it is installed', async () => {
    const others = unit.split('\n').filter((line) => !/^(#.*|\[(Unit|Service|Install)\]|\w+=.*|)$/.test(line))
    expect(others).toEqual([])
    const here = unit.replace('/usr/bin/node', process.execPath)
    const output = await withFile('appointments-gateway.service', here, (path) =>
      runIfThere('systemd-analyze', 'verify', path),
    )
    expect(output ?? '').toBe('')
  })
})

describe('The configuration of nginx', () => {
  const conf = readText('deploy/nginx.conf')
  const directivesOf = (text: string) =>
    text.split('\n').map((line) => line.replace(/#.*/, '').trim().replaceAll(/\s+/g, ' '))

  test('It has every directive of the documented configuration', () => {
    const [documented] = snippetsOf(readDocument('docs/deploying.md')).filter(
      ({ language }) => language === 'nginx',
    )
    const own = directivesOf(conf)
    const elsewhere = [
      'server 127.0.0.1:4000;',
      'proxy_set_header Host $host;',
      'location = /graphql {',
      'access_log /var/log/nginx/access.log without_query;',
      'error_log /var/log/nginx/error.log crit;',
    ]
    const missing = directivesOf(documented?.text ?? '').filter(
      (directive) => !own.includes(directive) && !elsewhere.includes(directive),
    )
    expect(missing).toEqual([])
  })

  test('Its logs have no query string, and nginx accepts it if it is installed', async () => {
    expect(conf.match(/\$request\b(?!_)|\$request_uri|\$args|\$query_string/g)).toBeNull()
    const hosts = conf
      .replaceAll(/server gateway(-2)?:/g, 'server 127.0.0.1:')
      .replaceAll(/\/dev\/std(out|err)/g, '/dev/null')
    await withFile('site.conf', hosts, async (site) => {
      const whole = `pid ${site}.pid; error_log stderr; events {} http { include ${site}; }`
      await withFile('nginx.conf', whole, (path) => runIfThere('nginx', '-t', '-q', '-c', path))
    })
  })
})
