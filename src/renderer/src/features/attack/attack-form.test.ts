import { expect, test } from 'vitest'
import { fillForm, useAttackForm } from './attack-form.ts'
import { goalOf } from './goals.ts'

type Request = Parameters<typeof fillForm>[0]

test('a run’s settings and its goal, whatever it is, fill the form for its model', () => {
  const settings = {
    model: 'chest',
    method: 'pgd',
    settings: { steps: 20 },
    seed: 3,
    earlyStop: true,
    name: 'Twenty',
    paths: [],
  }
  fillForm({ ...settings, target: 'Edema=raise,Mass=lower' } as unknown as Request)
  const form = useAttackForm.getState()
  expect(form).toMatchObject({
    method: 'pgd',
    settings: { pgd: { steps: '20' } },
    seed: 3,
    earlyStop: true,
    labels: '',
  })
  expect(goalOf(form.goal, 'chest')).toBe('Edema=raise,Mass=lower')
  expect(goalOf(form.goal, 'hands')).toBeNull()
})
