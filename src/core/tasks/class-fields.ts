import type { CardField } from '../model/card-fields.ts'
import { classExtent } from '../model/model-facts.ts'

const activation: CardField = {
  field: 'output.activation',
  label: 'What outputs stand for',
  reason: 'It decides which outputs compete, and so which class an image shows.',
  example:
    '"softmax" (one class of several), "binary-sigmoid" (one output) or "multi-label-sigmoid"; of a detector "softmax" or "sigmoid"',
  unsaid: () => 'the graph does not end in a Softmax or Sigmoid',
  choices: {
    softmax: 'One class of several (softmax)',
    sigmoid: 'Classes by themselves (sigmoid)',
    'binary-sigmoid': 'Yes or no: one output (sigmoid)',
    'multi-label-sigmoid': 'Labels that may overlap (sigmoids)',
    'cumulative-sigmoid': 'Grades that are reached (sigmoids)',
  },
}

const gives: CardField = {
  field: 'output.gives',
  label: 'Outputs are',
  reason: 'Gradients through a second softmax vanish, and attacks fail for that reason alone.',
  example: '"logits" or "probabilities"',
  unsaid: () => 'the output is not known',
  choices: { logits: 'Logits: before the activation', probabilities: 'Probabilities: after it' },
}

const classes: CardField = {
  field: 'output.classes',
  label: 'Classes',
  reason: 'In the order of the outputs; an order other than in training swaps diagnoses.',
  example: (_, output) => exampleClasses(output && classExtent(output)),
  unsaid: () => 'the model holds no class names',
}

const threshold: CardField = {
  field: 'output.threshold',
  label: 'Threshold',
  reason: 'From this probability on the answer is yes.',
  example: '0.5',
}

const background: CardField = {
  field: 'output.background',
  label: 'Background',
  reason: 'The class of what is nothing else: nobody looks for it.',
  example: '"background"',
}

/** What there is to say of outputs that hold classes. */
export const classFields: readonly CardField[] = [activation, gives, classes, threshold, background]

function exampleClasses(count: number | string | null | undefined): string {
  const names =
    typeof count === 'number' && count > 2
      ? Array.from({ length: Math.min(count, 4) }, (_, i) => `class ${i}`)
      : ['normal', 'abnormal']
  const more = typeof count === 'number' && count > 4 ? `, … ${count} names` : ''
  return `[${names.map((one) => JSON.stringify(one)).join(', ')}${more}]`
}
