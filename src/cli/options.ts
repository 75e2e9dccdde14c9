import { InvalidArgumentError, Option, type Command } from 'commander'
import { modelRuntimes, type ModelRuntime } from '../engine/models/tfjs-model-file.ts'
import { homeFolder } from '../engine/models/home.ts'

export interface DeviceOptions {
  readonly device: string
  readonly threads?: number
}

export interface RuntimeOptions {
  readonly runtime: ModelRuntime
}

export interface ModelOptions extends RuntimeOptions {
  readonly model: string
  readonly card?: string
}

export interface StudyOptions {
  readonly study: string[]
}

export function withStudy(command: Command): Command {
  return command.requiredOption(
    '--study <path...>',
    'folder, file, DICOMDIR or zip archive of DICOM images; may be several',
  )
}

const cardText = 'the model card (docs/model-card.md); default: NAME.card.json or card.json beside the model'

export function withModel(command: Command): Command {
  return withRuntime(
    command
      .requiredOption(
        '--model <name|file>',
        'an .onnx file, a TensorFlow.js model.json, or the name of an added model',
      )
      .option('--card <file>', cardText),
  )
}

/** The same of several models, which are then attacked as one. */
export function withModels(command: Command): Command {
  return withRuntime(
    command
      .requiredOption(
        '--model <name|file...>',
        'an .onnx file, a TensorFlow.js model.json, or the name of an added model; several are attacked as one',
      )
      .option('--card <file>', cardText),
  )
}

export function withRuntime(command: Command): Command {
  const text = 'of a TensorFlow.js model: converted to ONNX where it can be, always, or run by TensorFlow.js'
  return command.addOption(new Option('--runtime <runtime>', text).choices(modelRuntimes).default('auto'))
}

export function withDevice(command: Command): Command {
  return command
    .option('--device <device>', 'auto, cpu, webgpu, cuda, dml or coreml', 'auto')
    .option('--threads <n>', 'threads on the CPU; default: the physical cores', positiveInteger)
}

export function withJson(command: Command): Command {
  return command.option('--json', 'print one JSON document')
}

export function positiveInteger(text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value > 0) return value
  throw new InvalidArgumentError('Expected a whole number above 0.')
}

export function integer(text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && Number.isSafeInteger(value)) return value
  throw new InvalidArgumentError('Expected a whole number.')
}

export function portNumber(text: string): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value <= 65_535) return value
  throw new InvalidArgumentError('Expected a whole number up to 65535.')
}

/** Where added models are. */
export function home(): string {
  return homeFolder()
}
