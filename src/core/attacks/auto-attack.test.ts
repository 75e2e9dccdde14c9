import { expect, test } from 'vitest'
import { configureAttack } from './attack-methods.ts'

function membersOf(version: string): string[] | undefined {
  return configureAttack('autoattack', { variant: version }).members?.map(({ name }) => name)
}

test('versions have the authors’ members in their order', () => {
  expect(membersOf('standard')).toEqual(['apgd-ce', 'apgd-t', 'fab-t', 'square'])
  expect(membersOf('plus')).toEqual(['apgd-ce', 'apgd-dlr', 'fab-t', 'square', 'apgd-t'])
  expect(membersOf('rand')).toEqual(['apgd-ce', 'apgd-dlr'])
})
