import {
  type CardField,
  extentsInWords,
  furtherFields,
  inputFields,
  intensityFields,
  numberFields,
  sizeFields,
} from './card-fields.ts'
import { defenceFields } from './defence-fields.ts'
import {
  channelEntryFields,
  furtherEntryFields,
  normalisationEntryFields,
  referenceEntryFields,
} from './card-entry-fields.ts'

/** Fields that are read together. */
export interface CardSection {
  readonly title: string
  readonly fields: readonly CardField[]
}

/** Fields that Radversary writes itself. */
export const ownFields: readonly string[] = ['schema', 'file', 'provenance.sha256']

const model: readonly CardField[] = [
  {
    field: 'name',
    label: 'Name',
    reason: 'Lists and records name the model by it.',
    example: '"breast-us"',
  },
  {
    field: 'task',
    label: 'Task',
    reason: 'It decides how outputs are read, which labels are asked for, and when an attack has succeeded.',
    example: '"classification"',
    choices: {
      classification: 'Classification: classes of an image',
      ordinal: 'Grades: one of several in order',
      regression: 'Regression: a number',
      segmentation: 'Segmentation: classes of pixels',
      detection: 'Detection: boxes',
    },
  },
  {
    field: 'modality',
    label: 'Modalities',
    reason: 'Images of another modality are then not taken quietly.',
    example: '["CT"] or ["CR", "DX"]',
  },
]

const output: readonly CardField[] = [
  {
    field: 'output.name',
    label: 'Output of the graph',
    reason: 'A graph may have several outputs; this one holds the answer.',
    example: ({ outputs }) => JSON.stringify(outputs[0]?.name ?? 'logits'),
    unsaid: ({ outputs }) =>
      outputs.length === 1
        ? `the model's only output ${outputs.map(({ shape }) => extentsInWords(shape)).join('')} looks like features, not scores`
        : `the model has ${outputs.length} outputs (${outputs.map(({ name }) => name).join(', ')}); say which holds the classes`,
    suggested: ({ outputs }) => outputs.map(({ name }) => name),
  },
]

const references: readonly CardField[] = [
  {
    field: 'references',
    label: 'Reference pairs',
    reason: 'They prove that this is the model that was trained.',
    example: '[{"image": "reference/0.png", "output": "reference/0-output.npy"}]',
  },
  {
    field: 'referenceTolerance',
    label: 'Largest difference from a reference',
    reason: 'As a part of its range of values; frameworks differ by rounding alone.',
    example: '0.0001',
  },
]

const provenance: readonly CardField[] = [
  {
    field: 'provenance.source',
    label: 'Source',
    reason: 'It goes into every record, so that readers know whose model this is.',
    example: '"own training"',
  },
  {
    field: 'provenance.licence',
    label: 'Licence',
    reason: 'It says who may use and pass on the model.',
    example: '"Apache-2.0"',
  },
  {
    field: 'provenance.training',
    label: 'Training',
    reason: 'Data and results, as a paper would name them.',
    example: '"ResNet; 86 % on its test split"',
  },
]

const channels = channelEntryFields([...intensityFields, ...normalisationEntryFields, ...numberFields])

/** Every section of a card's form, in order. @param ofTask what a task asks of its output */
export function cardSections(ofTask: readonly CardField[]): readonly CardSection[] {
  return [
    { title: 'Model', fields: model },
    { title: 'Input', fields: [...inputFields, ...channels, ...furtherFields, ...furtherEntryFields] },
    { title: 'Intensities', fields: [...intensityFields, ...normalisationEntryFields] },
    { title: 'Size', fields: sizeFields },
    { title: 'Defence', fields: defenceFields },
    { title: 'Numbers', fields: numberFields },
    { title: 'Output', fields: [...output, ...ofTask] },
    { title: 'References', fields: [...references, ...referenceEntryFields] },
    { title: 'Provenance', fields: provenance },
  ]
}
