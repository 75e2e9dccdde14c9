import { expect, test } from 'vitest'
import { askedAttack } from './attack-spec.ts'
import {
  attackCommand,
  comparisonCommand,
  evaluationCommand,
  withoutFolders,
  type CommandSubject,
} from './command-line.ts'
import { askedComparison, askedEvaluation } from './comparison-spec.ts'
import { exportKinds } from './presets.ts'

const subject: CommandSubject = {
  study: ['/data/Meier, Hans/ct'],
  models: ['/models/chest.onnx'],
  device: 'cpu',
  threads: 2,
  out: 'OUT',
}

test('an attack is written with the flags that the command line reads', () => {
  const attack = askedAttack.parse({
    method: 'pgd',
    settings: { epsilon: '8/255', stepSize: '2/255', randomStart: false },
    target: '-1',
    labels: '/data/labels.csv',
    earlyStop: true,
    exports: exportKinds,
    pictures: ['png'],
  })
  expect(attackCommand(attack, subject)).toBe(
    "radversary attack --study '/data/Meier, Hans/ct' --model /models/chest.onnx --method pgd --epsilon 8/255 --step 2/255 --random-start false --labels /data/labels.csv --target=-1 --seed 0 --early-stop --batch 8 --export all,png --device cpu --threads 2 --out OUT",
  )
})

test('exports at their preset are not named', () => {
  expect(attackCommand(askedAttack.parse({}), subject)).not.toContain('--export')
})

test('a comparison names settings by their methods, and budgets at the preset as such', () => {
  const comparison = askedComparison.parse({
    models: ['one'],
    methods: [{ name: 'smia', settings: { alpha: 0.2 } }, { name: 'cw' }],
    budgets: { Linf: [], L2: ['0.5'] },
    images: ['1.2', '1.3'],
  })
  expect(comparisonCommand(comparison, { ...subject, threads: undefined })).toContain(
    '--method smia cw --set smia.alpha=0.2 --epsilon preset --epsilon-l2 0.5 --images 1.2 1.3 --seed 0',
  )
})

test('a command without folders names no patient', () => {
  const asked = { models: [], labels: 'C:\\Meier\\labels.csv', epsilon: '4/255' }
  const text = evaluationCommand(
    ...withoutFolders(askedEvaluation.parse({ ...asked, models: ['m'] }), subject),
  )
  expect(text).toBe(
    'radversary evaluate --study STUDY --model chest.onnx --protocol standard --epsilon 4/255 --labels labels.csv --seed 0 --batch 8 --device cpu --threads 2 --out OUT',
  )
})
