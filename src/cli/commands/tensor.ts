import { Command } from 'commander'
import {
  tensorAttack,
  type TensorAttackReport,
  type TensorAttackRequest,
} from '../../engine/tensor/tensor-attack.ts'
import { tensorGradient, tensorLosses } from '../../engine/tensor/tensor-gradient.ts'
import { askedTensor, attackSpec } from '../../core/spec/attack-spec.ts'
import type { CommandContext } from '../context.ts'
import { exitCode } from '../exit-code.ts'
import { runJob } from '../job.ts'
import { withMethod, type MethodOptions } from '../method-options.ts'
import { withDevice, withJson, withRuntime, type DeviceOptions, type RuntimeOptions } from '../options.ts'
import { tensorAttackOf, withFields, type FieldOptions } from '../spec-options.ts'

interface TensorOptions extends DeviceOptions, RuntimeOptions {
  readonly model: string
  readonly input: string
  readonly inputName?: string
  readonly outputName?: string
  readonly beside?: readonly string[]
  readonly out: string
  readonly json?: boolean
}

interface GradientOptions extends TensorOptions {
  readonly straightThrough?: boolean
  readonly loss: string
  readonly target: string
}

interface AttackOptions extends TensorOptions, FieldOptions, MethodOptions {
  readonly log?: string
}

export function tensorCommand(context: CommandContext): Command {
  const command = new Command('tensor')
  command.addCommand(gradientCommand(context))
  command.addCommand(attackCommand(context))
  return command
}

function withTensors(command: Command): Command {
  return withRuntime(command)
    .requiredOption('--model <file>', 'an .onnx file, or a TensorFlow.js model.json')
    .requiredOption('--input <file>', '.npy of the model’s input, [N, ...]')
    .option('--input-name <name>', 'the model’s input, where it has several')
    .option('--output-name <name>', 'the model’s output, where it has several')
    .option(
      '--beside <name=value...>',
      'values of inputs beside the image: numbers, true or false, or a .npy file [N, ...]',
    )
}

function gradientCommand(context: CommandContext): Command {
  const command = withTensors(
    new Command('gradient').description(
      'the gradient of a loss, summed over the batch, with respect to the input',
    ),
  )
    .option('--straight-through', attackSpec.shape.straightThrough.description)
    .requiredOption('--loss <loss>', `one of ${tensorLosses.join(', ')}; averaged over pixels and labels`)
    .requiredOption('--target <file>', '.npy of class indices, or of floats in the shape of the logits')
    .requiredOption('--out <file>', '.npy of the gradient')
  return withJson(withDevice(command)).action(async (options: GradientOptions) => {
    await runJob(context, options, async (hooks) => {
      const report = await tensorGradient(options, hooks)
      const text = `loss ${report.loss.join(', ')}\ngradient [${report.shape.join(', ')}] in ${report.out}\n`
      return { result: report, text, code: exitCode.done }
    })
  })
}

function attackCommand(context: CommandContext): Command {
  const command = withTensors(
    new Command('attack').description(
      'attack images in [0, 1] without rounding (SMIA’s reference mode: without bounds)',
    ),
  )
  withFields(withMethod(command, context.args), askedTensor.omit({ labels: true }))
    .requiredOption('--labels <file>', '.npy of integer labels [N], or of 0 and 1 for every label [N, K]')
    .option('--log <file>', 'JSON of every iteration')
    .requiredOption('--out <file>', '.npy of the adversarial images')
  return withJson(withDevice(command)).action(async (options: AttackOptions) => {
    await runJob(context, options, async (hooks) => {
      const report = await tensorAttack(requestOf(options), hooks)
      return { result: report, text: attackText(report), code: exitCode.done }
    })
  })
}

function requestOf(options: AttackOptions): TensorAttackRequest {
  const { model, runtime, device, threads, input, inputName, outputName, beside, log, out } = options
  return {
    ...tensorAttackOf(options),
    model,
    runtime,
    device,
    threads,
    input,
    inputName,
    outputName,
    beside,
    log,
    out,
  }
}

function attackText({ samples, headline, warnings, out }: TensorAttackReport): string {
  const { metBefore, fooled } = headline
  const left = metBefore === 0 ? '' : `; ${metBefore} of ${samples.length} samples met the goal before`
  return [
    `fooled ${fooled.successes} of ${fooled.count} samples${left}; adversarial images in ${out}\n`,
    ...warnings.map(({ message, tip }) => `Warning: ${message} ${tip}\n`),
  ].join('')
}
