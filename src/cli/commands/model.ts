import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Command } from 'commander'
import type { ReferenceReport } from '../../core/model/references.ts'
import {
  checkModel,
  referencesOnCpu,
  referenceSentence,
  refuseDeparture,
  type CheckedModel,
} from '../../engine/models/check-references.ts'
import { homeFolder } from '../../engine/models/home.ts'
import { addModel, listModels } from '../../engine/models/model-store.ts'
import {
  showModel,
  type ModelReference,
  type OpenedModel,
  type ShownModel,
} from '../../engine/models/open-model.ts'
import { applicationFolder } from '../application-folder.ts'
import type { CommandContext } from '../context.ts'
import { exitCode } from '../exit-code.ts'
import { runJob, type JobOptions, type Outcome } from '../job.ts'
import { withDevice, withJson, withRuntime, type DeviceOptions, type RuntimeOptions } from '../options.ts'
import { jsonText, linesText } from '../output.ts'

function withPresets(command: Command): Command {
  return command.option(
    '--preset <name>',
    'a preset of docs/model-card.md, which goes before what the card says; may be given again',
    (name, before: readonly string[] | undefined) => [...(before ?? []), name],
  )
}

interface Options extends RuntimeOptions {
  readonly card?: string
  readonly preset?: readonly string[]
  readonly json?: boolean
}

export function modelCommand(context: CommandContext): Command {
  const command = new Command('model')
  const parts = [addCommand, listCommand, showCommand, checkCommand, exporterCommand]
  for (const part of parts) command.addCommand(part(context))
  return command
}

function addCommand(context: CommandContext): Command {
  return describedModel('add', 'keep a copy of a model and its card, under the name in the card')
    .argument('<file>', modelFiles)
    .option('--card <file>', 'its model card; default: the one beside it')
    .action((model: string, options: Options) =>
      runJob(context, options, async () => shown(await addModel(referenceOf(model, options)), 'Added')),
    )
}

function listCommand(context: CommandContext): Command {
  const list = new Command('list').description('name the models that were added')
  return withJson(list).action((options: JobOptions) => runJob(context, options, listed))
}

function showCommand(context: CommandContext): Command {
  return describedModel('show', 'print a model’s card and what was read off its file')
    .argument('<name|file>', namedModel)
    .option('--card <file>', 'another model card')
    .action((model: string, options: Options) =>
      runJob(context, options, async () => {
        const found = await showModel(referenceOf(model, options))
        return found.opened === undefined ? outcomeOf(found) : shown(found.opened, 'Model')
      }),
    )
}

function checkCommand(context: CommandContext): Command {
  const check = new Command('check').description(
    'compare a model with the references of its training framework',
  )
  return withDevice(withRuntime(withJson(check)))
    .argument('<name|file>', namedModel)
    .option('--card <file>', 'another model card')
    .action((model: string, options: Options & DeviceOptions) =>
      runJob(context, options, async () => {
        const { device, threads } = options
        return checkedOutcome(await checkModel({ ...referenceOf(model, options), device, threads }))
      }),
    )
}

const modelFiles = 'an .onnx file, or a TensorFlow.js model.json'
const namedModel = `an added model, ${modelFiles}`

function describedModel(name: string, description: string): Command {
  return withPresets(withRuntime(withJson(new Command(name).description(description))))
}

async function listed(): Promise<Outcome> {
  const models = await listModels(homeFolder())
  const text =
    models.length === 0 ? 'No models; add one with `radversary model add FILE`.\n' : linesText(models)
  return { result: { models }, text, code: exitCode.done }
}

/** The Python file that writes a model's ONNX file, card and references; docs/python.md. */
function exporterCommand(context: CommandContext): Command {
  const description =
    'print radversary_card.py, which exports a Python model with its card: > radversary_card.py'
  return withJson(new Command('exporter').description(description)).action((options: JobOptions) =>
    runJob(context, options, async () => {
      const path = join(applicationFolder(), 'resources/python/radversary_card.py')
      const text = await readFile(path, 'utf8')
      return { result: { path, text }, text, code: exitCode.done }
    }),
  )
}

function referenceOf(model: string, { card, preset, runtime }: Options): ModelReference {
  return { model, card, presets: preset, runtime, home: homeFolder() }
}

/** A whole model, with what its references say on the CPU. */
async function shown(model: OpenedModel, what: string): Promise<Outcome> {
  const references = await referencesOnCpu(model, homeFolder())
  return outcomeOf({ ...model, opened: model, missing: [] }, what, references)
}

/** @throws RadversaryError reference-departs */
function checkedOutcome({ opened, report }: CheckedModel): Outcome {
  refuseDeparture(report, opened.path)
  return { result: report, text: `${referenceSentence(report)}\n`, code: exitCode.done }
}

/** Whatever is known of a model, and what is not. */
function outcomeOf(model: ShownModel, what = 'Model', references?: ReferenceReport): Outcome {
  const { path, sha256, card, proposed, sources, facts, tfjs, missing, obstacles } = model
  const { inputs, outputs } = facts
  const notices = tfjs?.notices ?? []
  const about = linesText([
    `${what} ${String(card.name)}`,
    `  file: ${path}`,
    `  sha256: ${sha256}`,
    ...notices.map((sentence) => `  ${sentence}`),
    `  read off the file: ${proposed.filter((field) => !isSaidBeside(field, sources)).join(', ')}`,
    ...Object.entries(sources).map(([field, from]) => `  ${field}: from ${from}`),
    ...obstacles.map((each) => `  ${heading[each.of]}: ${each.message}. ${each.tip}`.trimEnd()),
    ...(references === undefined ? [] : [`  ${referenceSentence(references)}`]),
    ...missing.map(
      ({ field, why, reason, example }) => `  missing: ${field}; ${why}. ${reason} Example: ${example}`,
    ),
  ])
  const warnings = obstacles.map(({ of, message, tip }) => ({ of, message, tip }))
  const result = {
    path,
    sha256,
    card,
    proposed,
    sources,
    missing,
    warnings,
    inputs,
    outputs,
    notices,
    references,
  }
  return { result, text: `${about}${jsonText(card)}`, code: exitCode.done }
}

/** Whether a field, or one it is a part of, was read off a file beside the model. */
function isSaidBeside(field: string, sources: ShownModel['sources']): boolean {
  return Object.keys(sources).some((said) => field === said || field.startsWith(`${said}.`))
}

const heading = {
  run: "can't be used",
  gradient: 'no gradients',
  note: 'note',
} satisfies Record<ShownModel['obstacles'][number]['of'], string>
