import { Option, type Command } from 'commander'
import { RadversaryError } from '../core/errors.ts'
import type { AttackSpec } from '../core/spec/attack-spec.ts'
import { settingFlag, settingOption } from '../core/spec/command-line.ts'
import { namedMethod, presetNames } from '../core/spec/method-presets.ts'
import { attackPresets } from '../core/spec/presets.ts'
import { methodsHelp, settingHelpText, type MethodHelp } from '../engine/attack/method-settings.ts'

export interface MethodOptions {
  readonly method: string
  readonly mode: string
}

/**
 * `--method` with a flag for every setting of every method; `--help` shows those of the method that `args`
 * name.
 */
export function withMethod(command: Command, args: readonly string[]): Command {
  const methods = methodsHelp()
  const chosen = chosenMethod(args, methods)
  command
    .option(
      '--method <name>',
      `one of ${methods.map(({ name }) => name).join(', ')}; with published settings: ${presetNames.join(', ')}`,
      attackPresets.method,
    )
    .addOption(
      new Option('--mode <mode>', 'of SMIA: the paper, or the authors’ code')
        .choices(['paper', 'reference'])
        .default('paper'),
    )
  for (const setting of settingsOf(methods).values()) {
    const own = chosen?.settings.find(({ name }) => name === setting.name)
    const text = own === undefined ? setting.explanation : settingHelpText(own)
    command.addOption(new Option(flagOf(setting), text).hideHelp(chosen !== undefined && own === undefined))
  }
  if (chosen !== undefined) command.addHelpText('after', () => methodText(chosen))
  return command
}

/** The method's name and the settings that were given on the command line. */
export function methodRequest(options: MethodOptions): Pick<AttackSpec, 'method' | 'settings'> {
  const given = options as unknown as Readonly<Record<string, string | undefined>>
  const settings = [...settingsOf(methodsHelp()).keys()].flatMap((name) => {
    const value = given[settingOption(name)]
    return value === undefined ? [] : [[name, value] as const]
  })
  const named = namedMethod(methodName(options))
  return { method: named.method, settings: { ...named.settings, ...Object.fromEntries(settings) } }
}

function methodName({ method, mode }: MethodOptions): string {
  if (mode === 'paper' || method.startsWith('smia-reference')) return method
  if (method === 'smia') return 'smia-reference'
  throw new RadversaryError('usage', `Mode: expected smia for the mode ${mode}, got ${method}`)
}

type Setting = MethodHelp['settings'][number]

function settingsOf(methods: readonly MethodHelp[]): Map<string, Setting> {
  const all = new Map<string, Setting>()
  for (const setting of methods.flatMap(({ settings }) => settings))
    if (!all.has(setting.name)) all.set(setting.name, setting)
  return all
}

function flagOf({ name, kind, choices }: Setting): string {
  const value = kind === 'choice' ? choices.join('|') : kind === 'boolean' ? 'true|false' : kind
  return `${settingFlag(name)} <${value}>`
}

/** The method that help is asked for: `--method NAME`, with `--mode reference` for SMIA's other one. */
function chosenMethod(args: readonly string[], methods: readonly MethodHelp[]): MethodHelp | undefined {
  const valueOf = (flag: string) => {
    const at = args.findIndex((arg) => arg === flag || arg.startsWith(`${flag}=`))
    return at < 0
      ? undefined
      : args[at]?.includes('=') === true
        ? args[at].slice(flag.length + 1)
        : args[at + 1]
  }
  const name = valueOf('--method')?.replace(/:.*$/, '')
  const actual = name === 'smia' && valueOf('--mode') === 'reference' ? 'smia-reference' : name
  return methods.find((method) => method.name === actual)
}

/** What the method does and whose it is. */
function methodText({ title, summary, equation, source }: MethodHelp): string {
  const origin =
    source === undefined ? [] : [`${source.authors}. ${source.title}. ${source.venue}, ${source.identifier}.`]
  return `\n${[title, summary, equation, ...origin].join('\n')}\n`
}
