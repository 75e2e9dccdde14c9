import { Command } from 'commander'
import { verifyExport, type VerifyReport } from '../../engine/verify/verify-export.ts'
import type { CommandContext } from '../context.ts'
import { exitCode } from '../exit-code.ts'
import { linesText } from '../output.ts'
import { runJob } from '../job.ts'
import { home, withDevice, withJson, type DeviceOptions } from '../options.ts'

interface Options extends DeviceOptions {
  readonly model?: readonly string[]
  readonly card?: string
  readonly source?: string[]
  readonly key?: string
  readonly json?: boolean
}

export function verifyCommand(context: CommandContext): Command {
  const command = new Command('verify')
    .argument('<dir>', 'the folder of an export')
    .option(
      '--model <file...>',
      'the model that was attacked, of an ensemble all; default: added models with the recorded hashes',
    )
    .option('--card <file>', 'the model’s card, where tables or arrays that it names lie beside it')
    .option('--source <path...>', 'the study that was attacked: each image is compared with its source')
    .option('--key <file>', 'of a de-identified export: the key of its pseudonyms; default: the workspace’s')
  return withJson(withDevice(command)).action(async (folder: string, options: Options) => {
    await runJob(context, options, async (hooks) => {
      const report = await verifyExport({ ...options, folder, home: home() }, hooks)
      const ended = report.discrepancies.length > 0 ? exitCode.failed : exitCode.done
      return { result: report, text: verifyText(report), code: ended }
    })
  })
}

function verifyText({ files, images, predictions, sources, discrepancies }: VerifyReport): string {
  const predicted = predictions
    ? 'the model predicts what is recorded'
    : 'predictions were not checked: the model was not found; give --model'
  const compared = sources === 0 ? '' : `; ${sources} differ from their sources as recorded`
  if (discrepancies.length === 0)
    return `Sound: ${files} files as written, ${images} images decoded; ${predicted}${compared}.\n`
  const lines = linesText(discrepancies.map(({ file, message }) => `  ${file}: ${message}`))
  return `Not sound: ${discrepancies.length} discrepancies in ${files} files:\n${lines}`
}
