import { decimal, noNumber, percent } from '../../core/number-texts.ts'
import type { Estimate } from '../../core/evaluate/measures.ts'
import { fixedSensitivity } from '../../core/evaluate/robustness.ts'
import { gradientWays } from '../../core/model/defence-steps.ts'
import { defenceSeen } from '../../core/model/defence-report.ts'
import { gallery, type Pictures } from './report-gallery.ts'
import { html, Markup, tableMarkup } from './html.ts'
import { budgetText, intervalText, pText, rateText } from './evaluation-texts.ts'
import { strongestOf } from './evaluation-figures.ts'
import type { EvaluatedModel, EvaluatedPerformance, Evaluation } from './evaluation.ts'

interface Drawn {
  readonly figure: (name: string) => string | undefined
  readonly pictures: Pictures
}

/** Everything about one model. */
export function modelSections(
  { models }: Evaluation,
  model: EvaluatedModel,
  { figure, pictures }: Drawn,
): Markup {
  return html`<section class="model">
    <h2>${model.name}: checklist</h2>
    ${checklist(model)} ${defence(model)}
    <h2>${model.name}: methods</h2>
    ${methodsTable(model)} ${transferTable(models, model)} ${pairsTable(model)}
    ${drawn(figure('budgets'), 'What was fooled over budgets. Bands are intervals of 95 %, by patient where there are several, else Wilson’s.')}
    ${drawn(figure('convergence'), 'Convergence: the loss J that each attack raises, at the budget of the protocol; an image that is left alone early keeps its last value.')}
    ${drawn(figure('stabilisation'), 'SMIA at the budget: KL divergence to the answer on the smoothed image (left axis) and variance of the perturbation (right axis), means over the images.')}
    ${drawn(figure('divergence'), 'SMIA at the budget: J, the divergence to the label, on an axis of its own.')}
    ${drawn(figure('survival'), 'Images right before that withstand each budget and all smaller ones.')}
    ${drawn(figure('spectrum'), 'Energy of the perturbation by spatial frequency, of the cases below; 0.5 cycles per pixel is the finest along an axis.')}
    ${drawn(figure('transfer'), 'Transfer at the budget: made on this model, judged on each; fooled of those right before.')}
    <h2>${model.name}: answers before and after</h2>
    ${measuresTable(model)} ${answers(model)}
    ${drawn(figure('confusion-clean'), 'Confusion on clean images: counts by label and prediction.')}
    ${drawn(figure('confusion-after'), `Confusion after ${strongestOf(model)?.method ?? 'the strongest method'}.`)}
    ${drawn(figure('reliability'), 'Reliability: accuracy of predictions by their confidence, in ten bins.')}
    ${gallery(model, pictures)} ${subgroups(model)} ${warnings(model)}
  </section> `
}

function drawn(svg: string | undefined, caption: string): Markup | null {
  return svg === undefined
    ? null
    : html`<figure>
        ${new Markup(svg)}
        <figcaption>${caption}</figcaption>
      </figure>`
}

function checklist({ checklist: items }: EvaluatedModel): Markup {
  const answered = (answer: string) =>
    html`<span class="${answer === 'not tried' ? 'tried' : answer}">${answer}</span>`
  return tableMarkup(
    'Carlini et al., On Evaluating Adversarial Robustness (arXiv:1902.06705), answered from the data',
    ['Item', 'Answer', 'Evidence'],
    items.map(({ question, answer, evidence }) => [question, answered(answer), evidence]),
  )
}

/** The model's defence, how it was attacked, and by what it was not. */
function defence({ name, defence: report }: EvaluatedModel): Markup | null {
  if (report === undefined) return null
  const { steps, seen, draws, unseenBy } = report
  const eot = draws === undefined ? '' : ` ${draws} draws were averaged for each gradient.`
  return html`<h2>${name}: defence</h2>
    ${tableMarkup(
      'Steps of the defence, in order',
      ['Step', 'Gradient taken for it'],
      steps.map(({ step, gradient }) => [
        step,
        seen === 'adaptive' ? gradientWays[gradient] : 'none: it was not seen',
      ]),
    )}
    <p>
      Of methods that follow gradients, ${defenceSeen[seen]}.${eot} Black boxes ask the defended model.
      ${unseenBy.length === 0 ? 'Every method saw it.' : html`<strong>Not aimed at the defence: ${unseenBy.join(', ')}.</strong>`}
      What is made on other models (transfer) does not see it either.
    </p> `
}

function methodsTable({ methods, worstCase }: EvaluatedModel): Markup {
  const rows = methods.map((method) => [
    ...[method.method, budgetText(method), rateText(method.fooled), intervalText(method.fooled)],
    ...[intervalText(method.byPatient), method.metBefore, decimal(method.psnr, 1), decimal(method.ssim, 3)],
  ])
  const worst = [
    'worst case',
    'at the budget',
    rateText(worstCase.fooled),
    intervalText(worstCase.fooled),
    intervalText(worstCase.byPatient),
    worstCase.metBefore,
    '',
    '',
  ]
  const reasons = methods.filter(({ method }, i) => methods.findIndex((each) => each.method === method) === i)
  return html`${tableMarkup(
      'Fooled of those right before',
      ['Method', 'Budget', 'Fooled', 'Wilson 95 %', 'By patient 95 %', 'Wrong before', 'PSNR, dB', 'SSIM'],
      [...rows, worst],
    )}
    <p>
      The worst case counts an image as fooled where any method at the budget fools it. Why each method is
      there:
    </p>
    <ul>
      ${reasons.map(({ method, why }) => html`<li><strong>${method}</strong>: ${why}</li>`)}
    </ul> `
}

function transferTable(models: Evaluation['models'], { methods, name }: EvaluatedModel): Markup | null {
  const rows = methods.flatMap((method) =>
    method.transfer.map(({ model, fooled }) => [
      method.method,
      budgetText(method),
      models[model]?.name,
      rateText(fooled),
      intervalText(fooled),
    ]),
  )
  if (rows.length === 0) return null
  return tableMarkup(
    `Transfer: made on ${name}, judged on others`,
    ['Method', 'Budget', 'Judged on', 'Fooled', 'Wilson 95 %'],
    rows,
  )
}

function pairsTable({ pairs }: EvaluatedModel): Markup | null {
  if (pairs.length === 0) return null
  return tableMarkup(
    'Differences between methods at the budget, on the same images (McNemar, two-sided, not corrected for their number)',
    ['First', 'Second', 'Only first', 'Only second', 'Difference', 'By patient 95 %', 'p, exact', 'p, mid-p'],
    pairs.map(({ first, second, onlyFirst, onlySecond, exact, midP, difference: { mean, interval } }) => [
      ...[
        first,
        second,
        onlyFirst,
        onlySecond,
        percent(mean),
        intervalText(interval),
        pText(exact),
        pText(midP),
      ],
    ]),
  )
}

const measureNames = { dice: 'Dice', hd95: 'HD95', map: 'mAP' } as const

/** Dice, HD95 and mAP before and after each method at the budget. */
function measuresTable({ methods }: EvaluatedModel): Markup | null {
  const rows = methods
    .filter(({ isReference, budget }) => isReference || budget === null)
    .flatMap(({ method, measures }) =>
      measures.map(({ measure, of, unit, before, after, difference }) => {
        const digits = measure === 'hd95' ? 1 : 3
        const name = `${measureNames[measure]}${unit === null ? '' : `, ${unit}`}`
        return [
          method,
          name,
          of,
          ...[before, after, difference].flatMap((each) => estimateCells(each, digits)),
        ]
      }),
    )
  if (rows.length === 0) return null
  return tableMarkup(
    'Before and after, with intervals of 95 % by patient',
    ['Method', 'Measure', 'Class', 'Before', '95 %', 'After', '95 %', 'Difference', '95 %'],
    rows,
  )
}

function estimateCells({ value, byPatient }: Estimate, digits: number): string[] {
  const interval =
    byPatient === null
      ? noNumber
      : `${decimal(byPatient.lower, digits)} to ${decimal(byPatient.upper, digits)}`
  return [decimal(value, digits), interval]
}

/** Groups of images, each with its own rates. */
function subgroups({ subgroups: columns }: EvaluatedModel): Markup | null {
  if (columns.length === 0) return null
  return html`<h3>Subgroups</h3>
    ${columns.map(
      ({ column, groups, smallest }) =>
        html`${tableMarkup(
          `By ${column}`,
          [
            'Group',
            'Images',
            'Patients',
            'Right on clean images',
            'By patient 95 %',
            'Fooled, worst case',
            'Wilson 95 %',
            'By patient 95 %',
          ],
          groups.map(({ value, images, patients, clean, worstCase: { fooled, byPatient } }) => [
            ...[value, images, patients, clean === null ? noNumber : rateText(clean)],
            ...[
              intervalText(clean?.byPatient ?? null),
              rateText(fooled),
              intervalText(fooled),
              intervalText(byPatient),
            ],
          ]),
        )}
        ${smallest === null ? null : html`<p>The smallest group is ${smallest}: its numbers are the least certain.</p>`}`,
    )} `
}

/** Clean images, then what the strongest method, and what happens without an attacker, leave of them. */
function answers(model: EvaluatedModel): Markup {
  const { clean, methods, classes } = model
  if (clean === null) return html`<p>No labels were given, so there is no accuracy to report.</p>`
  const after = methods.flatMap(({ method, after }) =>
    after === null ? [] : [{ images: method, performance: after }],
  )
  const rows = [{ images: 'clean', performance: clean }, ...after]
  const strongest = strongestOf(model)
  return html`${tableMarkup(
    'Accuracy and calibration',
    ['Images', 'Right', 'Wilson 95 %', 'By patient 95 %', 'ECE'],
    rows.map(({ images, performance: { accuracy, accuracyByPatient, calibration } }) => [
      ...[images, rateText(accuracy), intervalText(accuracy), intervalText(accuracyByPatient)],
      decimal(calibration?.ece ?? null, 3),
    ]),
  )}
  ${labelTable('clean images', clean)}
  ${strongest?.after ? labelTable(strongest.method, strongest.after) : null}
  ${confusionTable('clean images', clean, classes)}
  ${strongest?.after ? confusionTable(`after ${strongest.method}`, strongest.after, classes) : null}`
}

function labelTable(images: string, { labels }: EvaluatedPerformance): Markup | null {
  if (labels.length === 0) return null
  return tableMarkup(
    `Each label against the others, ${images}; fixed: the threshold that finds ${percent(fixedSensitivity, 0)} on clean images`,
    [
      'Label',
      'AUC',
      'DeLong 95 %',
      'p against clean',
      'Sensitivity',
      'Specificity',
      'Fixed: sensitivity',
      'Fixed: specificity',
    ],
    labels.map(({ label, auc, deLong, pAgainstClean, card, fixed }) => [
      ...[
        label,
        decimal(auc, 3),
        deLong === null ? '–' : `${deLong.lower.toFixed(3)} to ${deLong.upper.toFixed(3)}`,
      ],
      ...[pText(pAgainstClean), percent(card.sensitivity.rate), percent(card.specificity.rate)],
      ...[percent(fixed?.sensitivity.rate ?? null), percent(fixed?.specificity.rate ?? null)],
    ]),
  )
}

function confusionTable(
  images: string,
  { confusion }: EvaluatedPerformance,
  classes: readonly string[],
): Markup | null {
  if (confusion === null) return null
  return tableMarkup(
    `Confusion, ${images}: labels below each other, predictions side by side`,
    ['Label', ...classes],
    confusion.map((counts, k) => [classes[k], ...counts]),
  )
}

function warnings({ warnings: all }: EvaluatedModel): Markup | null {
  if (all.length === 0) return null
  return html`<h3>Signs that numbers say something else than they seem to</h3>
    <ul>
      ${all.map(({ message, tip }) => html`<li>${message} ${tip}</li>`)}
    </ul> `
}
