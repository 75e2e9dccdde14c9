/** The layers of docs/architecture.md. Each rule's comment says what to do when it fires. */
const core = '^src/core/'
const tests = '\\.test\\.tsx?$'
const purePackages = [
  'dicom-parser',
  'protobufjs',
  '@noble/hashes',
  'pure-rand',
  'zod',
  'fflate',
  'dcmjs-codecs',
]
const packagePath = (names) => `(^|/)node_modules/(${names.join('|')})(/|$)`

/** A library with one home: nobody else may import it. */
const oneHome = (name, pattern, home, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { pathNot: [home, tests, '^test/', '^bench/', '^scripts/'] },
  to: { path: pattern },
})

/** A folder and the only folders of ours that it may import. */
const layer = (folder, allowed, comment) => ({
  name: `layer-${folder}`,
  comment,
  severity: 'error',
  from: { path: `^src/${folder}/`, pathNot: tests },
  to: { path: '^src/', pathNot: [folder, ...allowed].map((name) => `^src/${name}/`) },
})

/** Folders of the renderer, and those of its own that they may import: down only. */
const rendererLayer = (folder, allowed, comment) => ({
  name: `renderer-${folder}`,
  comment,
  severity: 'error',
  from: { path: `^src/renderer/src/${folder}/`, pathNot: tests },
  to: {
    path: '^src/renderer/src/',
    pathNot: [folder, ...allowed].map((name) => `^src/renderer/src/${name}[/.]`),
  },
})

module.exports = {
  forbidden: [
    {
      name: 'core-is-pure',
      comment:
        'Core runs everywhere, so it imports itself and a few pure packages only. Put what needs Node, Electron or the DOM behind a port in core/model and implement it in src/adapters; a new pure package goes on the list in this file.',
      severity: 'error',
      from: { path: core, pathNot: tests },
      to: { pathNot: [core, packagePath(purePackages)] },
    },
    layer('shared', ['core'], 'Contract types: import types of core only.'),
    layer(
      'adapters',
      ['core'],
      'An adapter implements a port of core; what it shares with the engine belongs in core.',
    ),
    layer(
      'engine',
      ['adapters', 'core', 'shared'],
      'The engine knows no window, no command line and no Electron: let them call it.',
    ),
    layer(
      'main',
      ['shared'],
      'Electron main starts the engine by path and talks to it by its handler; it imports contracts only.',
    ),
    layer('preload', ['shared'], 'Preload is one typed bridge; logic belongs in the engine or the renderer.'),
    layer(
      'serve',
      ['engine', 'shared', 'core'],
      'The browser shell serves the engine; work belongs in the engine.',
    ),
    layer(
      'bench',
      ['engine', 'adapters', 'core'],
      'The bench measures what the engine is made of; nothing but the command line starts it.',
    ),
    // `radversary serve` is how the browser shell is started.
    layer(
      'cli',
      ['engine', 'serve', 'bench', 'shared', 'core'],
      'The command line parses and prints; work belongs in the engine.',
    ),
    layer(
      'renderer',
      ['shared', 'core', 'engine'],
      'The renderer reaches the engine with fetch; move shared code to core.',
    ),
    rendererLayer(
      'features',
      ['state', 'viewer', 'ui', 'api', 'texts'],
      'Only the shell (app) puts features together; what a feature shares belongs in state, viewer or ui.',
    ),
    rendererLayer('viewer', ['state', 'ui', 'api', 'texts'], 'The viewer serves features, it knows none.'),
    rendererLayer(
      'state',
      ['viewer', 'api', 'texts'],
      'State is read by features and viewer, it knows neither’s parts.',
    ),
    rendererLayer(
      'ui',
      ['api', 'texts'],
      'Parts that every feature uses; what knows a feature belongs there.',
    ),
    {
      name: 'types-only-of-core',
      comment:
        'Import types only (import type …) across this border; the work itself is the engine’s. Errors, what guards outgoing text, what counts as success (evaluate/headline.ts), what a budget’s text says (image/budget.ts), places in a card (model/card-place.ts), what steps of a defence are called (model/defence-steps.ts), masks as runs (image/mask.ts), what resolution a PNG says (image/png-resolution.ts) and what an attack and its form ask (spec/, tasks/form.ts) are everybody’s.',
      severity: 'error',
      from: { path: '^src/(shared|serve|cli|renderer)/', pathNot: tests },
      to: {
        path: core,
        dependencyTypesNot: ['type-only'],
        pathNot:
          '^src/core/(errors|visible-text|number-texts|evaluate/(csv|headline)|image/(budget|mask|png-resolution)|model/card-place|model/defence-steps|spec/[^/]+|tasks/form)\\.ts$',
      },
    },
    {
      name: 'renderer-has-no-schemas',
      comment:
        'The schema’s library tries to compile code, which a page’s policy on scripts refuses and reports. Put what a page needs beside the schema, in a file without it.',
      severity: 'error',
      from: { path: '^src/renderer/', pathNot: tests },
      to: {
        path: '^src/core/spec/(?!presets|compared-methods|protocols)',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'renderer-takes-types-of-engine',
      comment: 'Of the engine the renderer may name types (the router’s) only.',
      severity: 'error',
      from: { path: '^src/renderer/', pathNot: tests },
      to: { path: '^src/engine/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'renderer-has-no-node',
      comment: 'The renderer is an ordinary web page. Ask the engine instead.',
      severity: 'error',
      from: { path: '^src/renderer/', pathNot: tests },
      to: { dependencyTypes: ['core'] },
    },
    oneHome(
      'onnxruntime-lives-in-adapters-ort',
      '(^|/)node_modules/onnxruntime-',
      '^src/adapters/ort/',
      'Use the Runtime port (core/model/runtime.ts).',
    ),
    oneHome(
      'tensorflow-lives-in-adapters-tfjs',
      '(^|/)node_modules/@tensorflow/',
      '^src/adapters/tfjs/',
      'Use the DifferentiableModel port.',
    ),
    oneHome(
      'cornerstone-lives-in-the-viewer',
      '(^|/)node_modules/cornerstone-',
      '^src/renderer/src/viewer/',
      'Use the viewer’s components.',
    ),
    oneHome(
      'electron-lives-in-main-and-preload',
      '(^|/)node_modules/electron/',
      '^src/(main|preload)/',
      'Use the typed bridge in shared.',
    ),
    {
      name: 'no-cycles',
      comment: 'Move what both need into a third file.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-tests-in-the-product',
      comment: 'Product code must not import tests or their support.',
      severity: 'error',
      from: { path: '^src/', pathNot: tests },
      to: { path: [tests, '^test/'] },
    },
    {
      name: 'resolvable',
      comment: 'Install the package or mend the path.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: require('node:path').join(__dirname, 'tsconfig.test.json') },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.json'],
    },
  },
}
