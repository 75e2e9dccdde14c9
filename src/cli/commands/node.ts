import { Command, Option } from 'commander'
import { addressOf, type ArchiveNode, purposes } from '../../engine/network/node.ts'
import { findNode, keepNode, listNodes, removeNode } from '../../engine/network/node-store.ts'
import { openArchive } from '../../engine/network/open-archive.ts'
import type { CommandContext } from '../context.ts'
import { exitCode } from '../exit-code.ts'
import { runJob, type JobOptions } from '../job.ts'
import { home, portNumber, withJson } from '../options.ts'
import { linesText, tableText } from '../output.ts'

/** `radversary node`: archives that the user set up; without one nothing is called. */
export function nodeCommand(context: CommandContext): Command {
  const command = new Command('node')
  for (const part of [addCommand, listCommand, removeCommand, echoCommand]) command.addCommand(part(context))
  return command
}

interface AddOptions extends JobOptions {
  readonly purpose: string
  readonly host?: string
  readonly port?: number
  readonly aet?: string
  readonly ourAet: string
  readonly retrieve: string
  readonly receivePort?: number
  readonly tls?: boolean
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
}

function addCommand(context: CommandContext): Command {
  const add = new Command('add')
    .description('set up an archive, or replace that of this name')
    .argument('<name>', 'what you call it')
    .addOption(new Option('--purpose <purpose>', 'what it is for').choices(purposes).makeOptionMandatory())
    .requiredOption('--host <host>', 'name or address of the archive')
    .requiredOption('--port <port>', 'its DICOM port', portNumber)
    .requiredOption('--aet <title>', 'its AE title')
    .option('--our-aet <title>', 'our AE title, as the archive knows it', 'RADVERSARY')
    .addOption(
      new Option('--retrieve <way>', 'how images are fetched').choices(['get', 'move']).default('get'),
    )
    .option('--receive-port <port>', 'our port, which C-MOVE sends to while a fetch runs', portNumber)
    .option('--tls', 'connect by TLS 1.2 or 1.3 (BCP 195)')
    .option('--ca <file>', 'PEM file of the authority that signed its certificate')
    .option('--cert <file>', 'PEM file of our certificate')
    .option('--key <file>', 'PEM file of its key, which you alone can read')
  return withJson(add).action((name: string, options: AddOptions) =>
    runJob(context, options, async () => {
      const node = await keepNode(home(), nodeOf(name, options))
      return {
        result: node,
        text: linesText([`Set up ${addressOf(node)}, ${node.purpose}`]),
        code: exitCode.done,
      }
    }),
  )
}

function nodeOf(name: string, options: AddOptions): Record<string, unknown> {
  const { purpose, host, port, aet, ourAet, retrieve, receivePort, ca, cert, key } = options
  const files = { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) }
  const hasTls = options.tls === true || Object.keys(files).length > 0
  return {
    kind: 'dimse',
    ...{ name, purpose, host, port, retrieve },
    ...{ calledAeTitle: aet, callingAeTitle: ourAet },
    ...(receivePort !== undefined && { receivePort }),
    ...(hasTls && { tls: files }),
  }
}

function listCommand(context: CommandContext): Command {
  const list = new Command('list').description('list the archives that are set up')
  return withJson(list).action((options: JobOptions) =>
    runJob(context, options, async () => {
      const nodes = await listNodes(home())
      const text = nodes.length === 0 ? 'No node is set up: nothing is called.\n' : nodesText(nodes)
      return { result: { nodes }, text, code: exitCode.done }
    }),
  )
}

function removeCommand(context: CommandContext): Command {
  const remove = new Command('remove').description('forget an archive').argument('<name>', 'its name')
  return withJson(remove).action((name: string, options: JobOptions) =>
    runJob(context, options, async () => {
      await removeNode(home(), name)
      return { result: { removed: name }, text: linesText([`Removed ${name}`]), code: exitCode.done }
    }),
  )
}

function echoCommand(context: CommandContext): Command {
  const echo = new Command('echo')
    .description('ask an archive whether it answers')
    .argument('<name>', 'its name')
  return withJson(echo).action((name: string, options: JobOptions) =>
    runJob(context, options, async ({ signal }) => {
      const node = await findNode(home(), name)
      await (await openArchive(node, signal)).echo()
      return {
        result: { answers: name },
        text: linesText([`${addressOf(node)} answers`]),
        code: exitCode.done,
      }
    }),
  )
}

function nodesText(nodes: readonly ArchiveNode[]): string {
  return tableText(nodes.map((node) => [node.name, node.purpose, addressOf(node)]))
}
