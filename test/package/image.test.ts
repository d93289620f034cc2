import { once } from 'node:events'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { validate } from 'dockerfile-utils'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readText } from '../deploy/files.ts'
import { buildImage, type Image } from './image.ts'

const DOCKERFILE = readText('Dockerfile')

test('The linter of Dockerfiles finds nothing in ours', () => {
  expect(validate(DOCKERFILE)).toEqual([])
  expect(validate(DOCKERFILE.replace('EXPOSE 4000', 'EXPOSE port'))).not.toEqual([])
})

describe('The image, its steps run in their order on bare folders', () => {
  let image: Image
  beforeAll(async () => {
    image = await buildImage(DOCKERFILE)
  }, 180_000)
  afterAll(() => image[Symbol.asyncDispose]())

  test('It answers, is healthy and stops, where Node may write no file', async () => {
    const process = image.start({ PORT: '0', SANDBOX_PORT: '0', DRAIN_MS: '0' })
    const errors = text(process.stderr)
    const [greeting] = await once(createInterface(process.stdout), 'line')
    const [, port = ''] = /:(\d+)\/graphql/.exec(greeting) ?? []
    const answer = await fetch(`http://127.0.0.1:${port}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ appointments(first: 2) { nodes { title } } }"}',
    })
    expect((await answer.json()).data.appointments.nodes).toHaveLength(2)
    expect(await image.checkHealth({ PORT: port })).toBe(0)
    process.kill('SIGTERM')
    expect(await once(process, 'exit')).toEqual([0, null])
    expect(await image.checkHealth({ PORT: port })).toBe(1)
    expect(
      (await errors).split('\n').filter((line) => line !== '' && !line.startsWith('{"level":30')),
    ).toEqual([])
  })

  test('Its entrypoint takes the commands', async () => {
    const process = image.start({}, 'check')
    expect(await text(process.stdout)).toMatch(/^The configuration has no problem\.\n/)
    const misused = image.start({}, 'chek')
    expect(await text(misused.stderr)).toMatch(/^There is no command chek\. Did you mean check\?/)
    if (misused.exitCode === null) await once(misused, 'exit')
    expect(misused.exitCode).toBe(2)
  })

  test('Its user is not root, and can read the compiled code that it holds', async () => {
    expect(image.user).toMatch(/^[1-9]\d*:[1-9]\d*$/)
    const cache = join(image.folder, 'node_modules/.cache/appointments-gateway')
    const [folder = ''] = await readdir(cache)
    const [file = ''] = await readdir(join(cache, folder))
    expect((await stat(join(cache, folder, file))).mode & 0o004).toBe(0o004)
  })

  test('It holds the package and what it needs, and no secret, source or tool', async () => {
    const names = await readdir(image.folder)
    expect(names).toEqual(expect.arrayContaining(['dist', 'node_modules', 'package.json']))
    for (const name of ['.env', '.git', 'src', 'test', 'coverage']) expect(names).not.toContain(name)
    const packages = await readdir(join(image.folder, 'node_modules'))
    expect(packages).toContain('graphql')
    expect(packages.filter((name) => /^(node-|vitest|typescript|playwright)/.test(name))).toEqual([])
  })
})
