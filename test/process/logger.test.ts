import { Writable } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, test } from 'vitest'
import { createLogger, formatFor, prettyStream } from '../../src/process/logger.ts'
import { startGateway } from '../support/gateway.ts'
import { startProcess } from '../support/process.ts'

describe('The log in a terminal', () => {
  async function startTerminal() {
    const written: string[] = []
    const terminal = new Writable({
      write(chunk, _encoding, done) {
        written.push(String(chunk))
        done()
      },
    })
    return {
      logger: createLogger('info', await prettyStream(terminal)),
      text: () => stripVTControlCharacters(written.join('')),
    }
  }

  test('An operation takes one line, and a refused one too', async () => {
    const { logger, text } = await startTerminal()
    await using gateway = await startGateway({
      url: 'http://127.0.0.1:9',
      key: 'k',
      logOperation: logger.operation,
    })
    await gateway.query('query Day { __typename }', {}, { 'x-request-id': 'my-id' })
    await gateway.query('{ appointment(id: "..") { id } }')
    expect(text().split('\n')).toEqual([
      expect.stringMatching(/INFO.*Day.*"requestId":"my-id".*"requests":0/),
      expect.stringMatching(/INFO.*"codes":\["BAD_USER_INPUT"\]/),
      '',
    ])
    expect(text()).not.toContain('null')
  })

  test('A fault has its id on its line, and its stack on separate lines', async () => {
    const { logger, text } = await startTerminal()
    logger.fault({ errorId: 'some-id', name: 'TypeError', stack: '    at one\n    at two' })
    expect(text()).toMatch(/^.*ERROR.*TypeError.*fault some-id\n +at one\n +at two\n$/)
  })
})

describe('The format of the log', () => {
  async function logOf(environment: Readonly<Record<string, string>>): Promise<string> {
    await using product = await startProcess({ PORT: '0', SANDBOX_PORT: '0', ...environment })
    const url = /http:\S+\/graphql/.exec(product.firstLine)?.[0] ?? ''
    await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"query Day { __typename }"}',
    })
    await product.stop()
    return product.errors()
  }

  test('Outside of a terminal it is JSON, unless LOG_FORMAT is set', async () => {
    expect(JSON.parse(await logOf({}))).toMatchObject({ msg: 'operation', name: 'Day' })
    expect(await logOf({ LOG_FORMAT: 'pretty' })).toMatch(/^\[.*INFO.*Day.*operation.*\n$/)
  })

  test('In a terminal it is pretty', () => {
    expect([{ isTTY: true }, { isTTY: false }, {}].map(formatFor)).toEqual(['pretty', 'json', 'json'])
  })
})
