import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { z } from 'zod'
import { argMax } from '../../src/core/attacks/decision-boundary.ts'
import type * as Outputs from '../../src/core/tasks/outputs.ts'
import type * as Table from '../../src/core/tasks/table.ts'
import type { TaskRules } from '../../src/core/tasks/rules.ts'
import { attackStudy } from '../../src/engine/attack/attack-study.ts'
import { predictStudy } from '../../src/engine/predict/predict-study.ts'
import { readModelAbout } from '../../src/engine/server/models/model-about.ts'
import { verifyExport } from '../../src/engine/verify/verify-export.ts'
import { attackRequest } from '../support/attack-requests.ts'
import { writeSeries } from '../support/small-study.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { writeClassifier } from '../support/tiny-classifiers.ts'

// A sixth task, as docs/architecture.md has it: whether an image is abnormal, of a model that knows several
// findings. It is a row of `outputs` and a row of `tasks`, and nothing else in the sources knows of it.
vi.mock('../../src/core/tasks/outputs.ts', async (importActual) => {
  const actual = await importActual<typeof Outputs>()
  const schema = z.strictObject({ name: z.string(), classes: z.array(z.string()).min(2) })
  return { ...actual, outputs: { ...actual.outputs, abnormality: { schema, isDense: false } } }
})
vi.mock('../../src/core/tasks/table.ts', async (importActual) => {
  const actual = await importActual<typeof Table>()
  return { ...actual, tasks: { ...actual.tasks, abnormality: abnormality(actual.tasks.classification) } }
})

function abnormality(classification: TaskRules<'classification'>): TaskRules {
  const isAbnormal = (logits: Float32Array) => Number(argMax(logits) > 0)
  const rowsOf = (data: Float32Array, count: number) =>
    Array.from({ length: data.length / count }, (_, n) => data.subarray(n * count, (n + 1) * count))
  const answer = (classes: readonly number[]) => ({ kind: 'classes', classes }) as const
  return {
    ...(classification as TaskRules),
    fields: [],
    propose: (_facts, output) => ({ name: output?.name }),
    contradictions: () => [],
    claim: () => undefined,
    labels: {
      kind: 'table',
      file: 'abnormal.csv',
      columns: ['abnormal'],
      tip: 'E.g. file,abnormal.',
      read: ([row]) => {
        const label = Number(row!.values['abnormal'])
        return { given: label, of: () => answer([label]) }
      },
    },
    predict: (_card, _size, { data, shape }) =>
      rowsOf(data, shape[1]!).map((row) => {
        const shown = isAbnormal(row)
        return { ...answer([shown]), confidence: 1, probabilities: shown ? [0, 1] : [1, 0] }
      }),
    goal: () => ({
      target: null,
      loss: undefined,
      maker: {
        criterion: 'abnormality flipped',
        of: (labels, { logits }) => {
          const shown = labels.map((label) => (label.kind === 'classes' ? label.classes[0]! : NaN))
          const count = logits[1]!
          const data = Float32Array.from(
            shown.flatMap((label) =>
              Array.from({ length: count }, (_, k) => (k === 0 ? 1 - label : label / (count - 1))),
            ),
          )
          return {
            loss: 'cross-entropy',
            targeted: false,
            targets: { shape: [labels.length, count], data },
            criterion: {
              name: 'abnormality flipped',
              isMet: (row, sample) => isAbnormal(row) !== shown[sample],
            },
          }
        },
      },
    }),
    form: () => ({ target: { kind: 'class', words: ['flip'] }, criteria: [], losses: [] }),
    agreement: () => ({}),
    taskAgreement: (_card, rows) => ({
      meanAbsoluteError: rows.filter(({ label, predicted }) => label.kind === 'classes' && label.classes[0] !== predicted.classes[0]).length, // prettier-ignore
    }),
  }
}

const base = temporaryFolder('toy-task')

test('a task that is two rows of tables predicts, is attacked, recorded, verified and asked for in the form', async () => {
  const study = join(base, 'study')
  writeSeries(study, 4)
  const names = ['normal', 'abnormal']
  const model = writeClassifier(join(base, 'model'), {}, { task: 'abnormality', output: { classes: names } })
  const request = attackRequest(model, { study, out: join(base, 'out') }, { settings: { epsilon: '60/255', stepSize: '6/255', steps: 12 } }) // prettier-ignore

  const { predictions } = await predictStudy(request)
  expect(predictions).toHaveLength(4)
  for (const { prediction } of predictions) expect(names).toContain(prediction)

  const labels = join(base, 'abnormal.csv')
  writeFileSync(labels, `file,abnormal\n${predictions.map(({ file, prediction }) => `${file},${names.indexOf(prediction)}`).join('\n')}\n`) // prettier-ignore
  const labelled = await predictStudy({ ...request, labels })
  expect(labelled.taskAgreement).toEqual({ meanAbsoluteError: 0 })
  expect(labelled.predictions.map(({ label }) => label)).toEqual(predictions.map(({ prediction }) => prediction)) // prettier-ignore

  const { record } = await attackStudy({ ...request, labels })
  expect(record.attack.criterion).toBe('abnormality flipped')
  expect(record.model.card).toMatchObject({ task: 'abnormality' })
  const frames = record.images.flatMap((image) => image.frames)
  expect(frames.some(({ success }) => success)).toBe(true)
  for (const { success, label, reread } of frames) expect(success).toBe(label[0] !== reread.classes[0])

  const verified = await verifyExport({ folder: request.out, home: request.home, model: model.model, device: 'cpu', threads: 1 }) // prettier-ignore
  expect(verified).toMatchObject({ images: 4, predictions: true, discrepancies: [] })

  const { form } = await readModelAbout({ model: model.model, home: request.home })
  expect(form).toMatchObject({ target: { words: ['flip'] }, labels: { kind: 'table', file: 'abnormal.csv' } })
})
