import { Command, Option } from 'commander'
import type { z } from 'zod'
import { attackSpec } from '../../core/spec/attack-spec.ts'
import { certifyPresets } from '../../core/spec/presets.ts'
import { percent } from '../../core/number-texts.ts'
import { certifyStudy, type CertifyReport } from '../../engine/certify/certify-study.ts'
import type { CommandContext } from '../context.ts'
import { exitCode } from '../exit-code.ts'
import { runJob } from '../job.ts'
import {
  home,
  positiveInteger,
  withDevice,
  withJson,
  withModel,
  withStudy,
  type DeviceOptions,
  type ModelOptions,
  type StudyOptions,
} from '../options.ts'
import { failuresText, linesText, tableText } from '../output.ts'
import { withFields } from '../spec-options.ts'

/** What a certification takes of an attack. */
const certifySpec = attackSpec.pick({
  labels: true,
  seed: true,
  forceIntensity: true,
  forceReferences: true,
})

interface Options extends StudyOptions, ModelOptions, DeviceOptions, Partial<z.output<typeof certifySpec>> {
  readonly seed: number
  readonly sigma?: number
  readonly at?: 'image' | 'input'
  readonly alpha: number
  readonly n0: number
  readonly n: number
  readonly batch: number
  readonly out: string
  readonly json?: boolean
}

export function certifyCommand(context: CommandContext): Command {
  const { alpha, n0, n, batch } = certifyPresets
  const command = withModel(withStudy(new Command('certify')))
    .option(
      '--sigma <sigma>',
      'of the noise, as a part of the intensity range (default: the card’s noise, or 0.25)',
      Number,
    )
    .addOption(
      new Option('--at <place>', 'where noise is added (default: as the card’s noise, or input)').choices([
        'image',
        'input',
      ]),
    )
    .option('--alpha <alpha>', 'how probable a wrong certificate may be', Number, alpha)
    .option('--n0 <draws>', 'draws that choose the class', positiveInteger, n0)
    .option('--n <draws>', 'draws that bound its probability; the paper takes 100000', positiveInteger, n)
    .option('--batch <copies>', 'noisy copies that the model takes at once', positiveInteger, batch)
  withFields(command, certifySpec).requiredOption(
    '--out <dir>',
    'a new or empty folder, or that of an interrupted certification',
  )
  return withJson(withDevice(command)).action(async (options: Options) => {
    await runJob(context, options, async (hooks) => {
      const report = await certifyStudy({ ...options, home: home() }, hooks)
      const ended = report.certification.failures.length > 0 ? exitCode.someInputsFailed : exitCode.done
      return { result: report, text: reportText(report), code: ended }
    })
  })
}

function reportText({ folder, certification, resumed }: CertifyReport): string {
  const { images, abstained, curve, smoothing, labels, failures } = certification
  const rows = images.map(({ file, label, class: certified, radius }) => [
    ...[file, certified ?? 'abstains', radius === null ? '' : radius.toFixed(3), label ?? ''],
  ])
  const table = tableText([['image', 'certified', 'radius', labels === 'file' ? 'label' : ''], ...rows])
  const what = labels === 'file' ? 'right, and certified' : 'certified'
  const every = curve.filter((_, step) => step % 4 === 0)
  return `${table}\n${linesText([
    `Noise        sigma ${smoothing.sigma} at the ${smoothing.at}; ${smoothing.n} draws, alpha ${smoothing.alpha}; radii up to ${smoothing.largestRadius.toFixed(3)}`,
    `Abstained    ${abstained.successes} of ${abstained.count}`,
    ...every.map(
      ({ radius, certified }) =>
        `${what} within L2 ${radius.toFixed(3)}: ${certified.successes} of ${certified.count} (${percent(certified.rate)})`,
    ),
    ...(resumed === 0 ? [] : [`Resumed: ${resumed} images were done before`]),
    `Written to   ${folder}`,
  ])}${failuresText(failures.map(({ tip, ...rest }) => ({ ...rest, tip })))}`
}
