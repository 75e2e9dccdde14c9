import { Command, CommanderError } from 'commander'
import { RadversaryError } from '../core/errors.ts'
import { version } from '../engine/version.ts'
import { attackCommand } from './commands/attack.ts'
import { benchCommand } from './commands/bench.ts'
import { compareCommand } from './commands/compare.ts'
import { inspectCommand } from './commands/inspect.ts'
import { modelCommand } from './commands/model.ts'
import { predictCommand } from './commands/predict.ts'
import { serveCommand } from './commands/serve.ts'
import { tensorCommand } from './commands/tensor.ts'
import { verifyCommand } from './commands/verify.ts'
import type { CommandContext } from './context.ts'
import { exitCode, type ExitCode } from './exit-code.ts'
import { errorJson, visibleStreams, type Streams } from './output.ts'

/** Runs one command line, without the program's name; the result is the process's exit code. */
export async function runCommandLine(
  args: readonly string[],
  rawStreams: Streams,
  signal: AbortSignal = new AbortController().signal,
): Promise<ExitCode> {
  const streams = visibleStreams(rawStreams)
  let code: ExitCode = exitCode.done
  const context: CommandContext = {
    streams,
    args,
    signal,
    end: (ended) => {
      code = ended
    },
  }
  try {
    await program(context).parseAsync([...args], { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError) return endOfParsing(error, context)
    throw error
  }
}

/** Help and version end parsing as well; what is wrong has been said on stderr. */
function endOfParsing(
  { exitCode: code, message }: CommanderError,
  { args, streams }: CommandContext,
): ExitCode {
  if (code === 0) return exitCode.done
  if (args.includes('--json'))
    streams.out.write(errorJson(new RadversaryError('usage', message.replace(/^error: /, ''))))
  return exitCode.usage
}

function program(context: CommandContext): Command {
  const { out, err } = context.streams
  const root = new Command('radversary')
    .description(
      'Adversarial robustness of diagnostic models, on DICOM studies. For research, not for clinical use.',
    )
    .version(version)
    .configureOutput({ writeOut: (text) => out.write(text), writeErr: (text) => err.write(text) })
    .exitOverride()
    .showHelpAfterError('(radversary --help lists the commands)')
  const commands = [
    inspectCommand,
    modelCommand,
    predictCommand,
    attackCommand,
    compareCommand,
    verifyCommand,
    serveCommand,
    tensorCommand,
    benchCommand,
  ]
  for (const create of commands) root.addCommand(inheriting(root, create(context)))
  return root
}

/** Commander copies its settings only to commands that it creates itself. */
function inheriting(parent: Command, command: Command): Command {
  command.copyInheritedSettings(parent)
  command.commands.forEach((child) => inheriting(command, child))
  return command
}
