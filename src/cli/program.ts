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

interface Entry {
  readonly summary: string
  /**
   * Loads what the command is made of, when it is asked for: an inspection needs no attack, a list nothing.
   */
  readonly create: (context: CommandContext) => Promise<Command>
}

const commands: Readonly<Record<string, Entry>> = {
  inspect: {
    summary: 'say which series there are, in which order, and what can not be read',
    create: async (context) => (await import('./commands/inspect.ts')).inspectCommand(context),
  },
  import: {
    summary: 'make a DICOM study of PNG, JPEG, TIFF, NIfTI and other images, with their labels and masks',
    create: async (context) => (await import('./commands/import.ts')).importCommand(context),
  },
  model: {
    summary: 'add, list, show and check models, and print the exporter for Python',
    create: async (context) => (await import('./commands/model.ts')).modelCommand(context),
  },
  predict: {
    summary: 'predict every image of a study, and compare with labels',
    create: async (context) => (await import('./commands/predict.ts')).predictCommand(context),
  },
  attack: {
    summary: 'attack a model on a study and export verified adversarial DICOM',
    create: async (context) => (await import('./commands/attack.ts')).attackCommand(context),
  },
  compare: {
    summary: 'compare methods, budgets and models on one study',
    create: async (context) => (await import('./commands/compare.ts')).compareCommand(context),
  },
  evaluate: {
    summary: 'attack by a protocol, and report what a reviewer asks for; compare two such evaluations',
    create: async (context) => (await import('./commands/evaluate.ts')).evaluateCommand(context),
  },
  detect: {
    summary: 'measure how well detectors part attacked images from clean ones',
    create: async (context) => (await import('./commands/detect.ts')).detectCommand(context),
  },
  certify: {
    summary: 'certify by randomised smoothing that no change within a radius changes a class',
    create: async (context) => (await import('./commands/certify.ts')).certifyCommand(context),
  },
  cohort: {
    summary: 'attack many studies, on one machine or on the scheduler that a cluster has',
    create: async (context) => (await import('./commands/cohort.ts')).cohortCommand(context),
  },
  verify: {
    summary: 'read an export again: hashes, pixels and, where the model is at hand, predictions',
    create: async (context) => (await import('./commands/verify.ts')).verifyCommand(context),
  },
  deidentify: {
    summary: 'de-identify a study by the Basic Profile of DICOM PS3.15, with a report',
    create: async (context) => (await import('./commands/deidentify.ts')).deidentifyCommand(context),
  },
  audit: {
    summary: 'look through a folder for identities, as somebody would whom it is given to',
    create: async (context) => (await import('./commands/audit.ts')).auditCommand(context),
  },
  dataset: {
    summary: 'make a training set of attacks, split by patient, with labels and a datasheet',
    create: async (context) => (await import('./commands/dataset.ts')).datasetCommand(context),
  },
  'reader-study': {
    summary: 'make a blinded study of an export for readers, and score their answers',
    create: async (context) => (await import('./commands/reader-study.ts')).readerStudyCommand(context),
  },
  exports: {
    summary: 'list what has left this workspace: when, where to, how de-identified, with hashes',
    create: async (context) => (await import('./commands/exports.ts')).exportsCommand(context),
  },
  node: {
    summary: 'set up, list, remove and try archives; without one nothing is called',
    create: async (context) => (await import('./commands/node.ts')).nodeCommand(context),
  },
  find: {
    summary: 'search an archive that was set up for studies',
    create: async (context) => (await import('./commands/transfers.ts')).findCommand(context),
  },
  fetch: {
    summary: 'fetch a study from an archive into a folder',
    create: async (context) => (await import('./commands/transfers.ts')).fetchCommand(context),
  },
  send: {
    summary: 'send an export to a research archive, after a confirmation that names it',
    create: async (context) => (await import('./commands/transfers.ts')).sendCommand(context),
  },
  serve: {
    summary: 'serve the application to a browser on this machine',
    create: async (context) => (await import('./commands/serve.ts')).serveCommand(context),
  },
  tensor: {
    summary: 'gradients and attacks of NumPy arrays, to compare with Python code',
    create: async (context) => (await import('./commands/tensor.ts')).tensorCommand(context),
  },
  bench: {
    summary: 'measure speed and memory, beside PyTorch where python3 has it',
    create: async (context) => (await import('./commands/bench.ts')).benchCommand(context),
  },
}

/** The program with the command that `args` names whole, the others by their names alone. */
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
  const [first = '', second = ''] = args
  const named = first === 'help' ? second : first
  for (const [name, { summary, create }] of Object.entries(commands)) {
    const command = name === named ? await create(context) : new Command(name)
    root.addCommand(inheriting(root, command.description(summary)))
  }
  return root
}

/** Commander copies its settings only to commands that it creates itself. */
function inheriting(parent: Command, command: Command): Command {
  command.copyInheritedSettings(parent)
  command.commands.forEach((child) => inheriting(command, child))
  return command
}
