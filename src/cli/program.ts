import { Command, CommanderError } from 'commander'
import { RadversaryError } from '../core/errors.ts'
import { version } from '../engine/version.ts'
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
    await (await program(context)).parseAsync([...args], { from: 'user' })
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

/** What each command is made by, loaded when it is asked for: an inspection needs no attack. */
const commands: Readonly<Record<string, (context: CommandContext) => Promise<Command>>> = {
  inspect: async (context) => (await import('./commands/inspect.ts')).inspectCommand(context),
  model: async (context) => (await import('./commands/model.ts')).modelCommand(context),
  predict: async (context) => (await import('./commands/predict.ts')).predictCommand(context),
  attack: async (context) => (await import('./commands/attack.ts')).attackCommand(context),
  compare: async (context) => (await import('./commands/compare.ts')).compareCommand(context),
  verify: async (context) => (await import('./commands/verify.ts')).verifyCommand(context),
  serve: async (context) => (await import('./commands/serve.ts')).serveCommand(context),
  tensor: async (context) => (await import('./commands/tensor.ts')).tensorCommand(context),
  bench: async (context) => (await import('./commands/bench.ts')).benchCommand(context),
}

/** The program with the command that `args` names, or with all of them where it names none (help). */
async function program(context: CommandContext): Promise<Command> {
  const { args, streams } = context
  const root = new Command('radversary')
    .description(
      'Adversarial robustness of diagnostic models, on DICOM studies. For research, not for clinical use.',
    )
    .version(version)
    .configureOutput({
      writeOut: (text) => streams.out.write(text),
      writeErr: (text) => streams.err.write(text),
    })
    .exitOverride()
    .showHelpAfterError('(radversary --help lists the commands)')
  const [name = ''] = args
  const named = Object.hasOwn(commands, name) ? [commands[name]] : Object.values(commands)
  for (const create of named.filter((each) => each !== undefined))
    root.addCommand(inheriting(root, await create(context)))
  return root
}

/** Commander copies its settings only to commands that it creates itself. */
function inheriting(parent: Command, command: Command): Command {
  command.copyInheritedSettings(parent)
  command.commands.forEach((child) => inheriting(command, child))
  return command
}
