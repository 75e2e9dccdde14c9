import type { DatasetRecord } from './dataset-record.ts'

/**
 * README.md of a data set: what a reader must know of it, under the heads of Gebru et al., _Datasheets for
 * Datasets_ (CACM 64:12, 2021).
 */
export function datasheet(record: DatasetRecord): string {
  const parts = [
    ['Motivation', motivation],
    ['Composition', compositionOf(record)],
    ['Collection', collectionOf(record)],
    ['Preprocessing', preprocessing[record.format]],
    ['Uses', usesOf(record)],
    ['Files', filesOf(record)],
    ['Distribution and maintenance', distributionOf(record)],
  ] as const
  const sections = parts.map(([head, text]) => `## ${head}\n\n${text}\n`)
  return ['# Adversarial training set\n', `**${record.notice}**\n`, ...sections].join('\n')
}

const motivation =
  'Images as they were and as attacks have changed them, to train a diagnostic model that withstands such ' +
  'changes, or to test one.'

function compositionOf({ task, names, splits, onlyFooled }: DatasetRecord): string {
  const rows = splits.map(({ name, patients, clean, adversarial }) => [name, patients, clean, adversarial])
  return [
    table(['Split', 'Patients', 'Clean images', 'Adversarial images'], rows),
    `Task: ${task}. Labels: ${names.map((name, index) => `${index} ${name}`).join(', ')}.`,
    'No patient is in two splits. A patient is who has one Patient ID; where there is none, each study counts as one.',
    onlyFooled
      ? 'Adversarial images that did not fool the attacked model are left out.'
      : 'Adversarial images that did not fool the attacked model, or that it had wrong before, are there too: `fooled` is 0.',
  ].join('\n\n')
}

function collectionOf({ runs, software }: DatasetRecord): string {
  const rows = runs.map(({ number, model, method, settings, target, labels }) => [
    number,
    model.name,
    method,
    settingsText(settings),
    target ?? 'away from the label',
    labels === 'file' ? 'from a file' : 'the model’s own predictions of the clean images',
  ])
  return [
    `Attacked by ${software.name} ${software.version}:`,
    table(['Run', 'Model', 'Method', 'Settings', 'Target', 'Labels'], rows),
    'Each adversarial image was rounded to stored values, written, read back and judged. Where labels are a ' +
      'model’s own predictions, they are no ground truth.',
  ].join('\n\n')
}

function settingsText(settings: Readonly<Record<string, unknown>>): string {
  const given = Object.entries(settings).filter(([, value]) => value !== null && value !== undefined)
  return given.map(([name, value]) => `${name}=${String(value)}`).join(', ')
}

const preprocessing: Readonly<Record<DatasetRecord['format'], string>> = {
  npy:
    'None but the Modality LUT: values are in modality units (HU of CT), in arrays [images, rows, columns] or ' +
    '[images, rows, columns, 3], one for each size. Window and resize them as your model does.',
  png:
    'None: PNG holds stored values (before slope and intercept), 8 or 16 bits; signed ones are raised by half ' +
    'their range. Window and resize them as your model does.',
  nifti: 'None: stored values with scl_slope and scl_inter, each image a volume of one slice in its place.',
  dicom: 'None: DICOM files as they were and as they were exported, by the identity that dataset.json names.',
}

function usesOf({ seed }: DatasetRecord): string {
  return (
    'For research into robustness alone, not for clinical use, and not to mislead anybody. Adversarial images ' +
    'look like their originals and are wrong on purpose: keep them out of archives and of data that others take ' +
    `for true. They were made against the models and with the budgets above; a model trained on them may fall to others: ` +
    `test it with attacks made on itself. Splits were drawn with the seed ${seed}.`
  )
}

function filesOf({ format, task }: DatasetRecord): string {
  const image = format === 'npy' ? '.npy file, `index` the place in it' : 'file'
  return [
    `- \`labels.csv\`: a row for each image. \`image\` is its ${image}; \`label\` has class indices parted by semicolons or a value; \`pair\` is the same for an image and what was made of it; \`patient\` is a number and no more.`,
    ...(task === 'segmentation'
      ? ['- `mask`: the labelled mask as PNG, 0 the background (bits where classes overlap).']
      : []),
    ...(task === 'detection' ? ['- `boxes.csv`: labelled boxes in pixels of the image.'] : []),
    '- `dataset.json`: runs, splits and counts. `manifest.json`: SHA-256 of every file.',
    '- `radversary_dataset.py` reads all of it for PyTorch and Keras, and checks every hash.',
  ].join('\n')
}

function distributionOf({ identity }: DatasetRecord): string {
  return (
    `Identity: ${identity.choice}. The pixels may show a patient’s name or face: look before you hand the set on. ` +
    'The rights in the source images hold for what was made of them.'
  )
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.map(cellText).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

function cellText(cell: string | number): string {
  return String(cell).replaceAll('|', '\\|').replaceAll('\n', ' ')
}
