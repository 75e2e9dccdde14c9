import { Command } from 'commander'
import { homeFolder } from '../../engine/models/home.ts'
import { addModel, listModels } from '../../engine/models/model-store.ts'
import { openModel, type OpenedModel } from '../../engine/models/open-model.ts'
import type { CommandContext } from '../context.ts'
import { exitCode } from '../exit-code.ts'
import { runJob, type Outcome } from '../job.ts'
import { withJson } from '../options.ts'
import { jsonText } from '../output.ts'

interface Options {
  readonly card?: string
  readonly json?: boolean
}

export function modelCommand(context: CommandContext): Command {
  const run = (options: Options, work: () => Promise<Outcome>) => runJob(context, options, work)
  const add = withJson(new Command('add').description('keep a copy of a model and its card, under the name in the card'))
    .argument('<file>', 'an .onnx file')
    .option('--card <file>', 'its model card; default: the one beside it')
    .action((model: string, options: Options) =>
      run(options, async () => shown(await addModel({ model, card: options.card, home: homeFolder() }), 'Added')),
    )
  const list = withJson(new Command('list').description('name the models that were added')).action((options: Options) =>
    run(options, async () => {
      const models = await listModels(homeFolder())
      const text = models.length === 0 ? 'No models; add one with `radversary model add FILE`.\n' : `${models.join('\n')}\n`
      return { result: { models }, text, code: exitCode.done }
    }),
  )
  const show = withJson(new Command('show').description('print a model’s card and what was read off its file'))
    .argument('<name|file>', 'an added model, or an .onnx file')
    .option('--card <file>', 'another model card')
    .action((model: string, options: Options) =>
      run(options, async () => shown(await openModel({ model, card: options.card, home: homeFolder() }), 'Model')),
    )
  const command = new Command('model').description('add, list and show models')
  for (const child of [add, list, show]) command.addCommand(child)
  return command
}

function shown({ path, sha256, card, proposed, facts }: OpenedModel, what: string): Outcome {
  const { inputs, outputs } = facts
  const text = `${what} ${card.name}\n  file: ${path}\n  sha256: ${sha256}\n  read off the file: ${proposed.join(', ')}\n${jsonText(card)}`
  return { result: { path, sha256, card, proposed, inputs, outputs }, text, code: exitCode.done }
}
