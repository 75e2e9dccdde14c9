import { expect, test, vi } from 'vitest'
import { runCommandLine } from './program.ts'

test.each(['--version', '--help', 'help'])('%s loads no command', async (argument) => {
  const commands = ['attack', 'bench', 'compare', 'inspect', 'model', 'predict', 'serve', 'tensor', 'verify']
  for (const name of commands)
    vi.doMock(`./commands/${name}.ts`, () => {
      throw new Error(`${name} was loaded`)
    })
  const written: string[] = []
  const stream = { write: (text: string) => written.push(text) }
  expect(await runCommandLine([argument], { out: stream, err: stream })).toBe(0)
  expect(written.join('')).not.toBe('')
})
