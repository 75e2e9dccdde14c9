import { expect, test, vi } from 'vitest'
import { attackMethods } from '../core/attacks/attack-methods.ts'
import { settingFlag } from '../core/spec/command-line.ts'
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

test('no setting of a method has a flag that the program has for itself', () => {
  const flags = Object.values(attackMethods).flatMap(({ settings }) =>
    settings.map(({ name }) => settingFlag(name)),
  )
  for (const flag of ['--version', '--help']) expect(flags).not.toContain(flag)
})
