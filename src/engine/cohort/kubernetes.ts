import { join } from 'node:path'
import { RadversaryError } from '../../core/errors.ts'
import type { JobNeeds } from './job-needs.ts'

/**
 * A List for `kubectl apply -f`: a ConfigMap that names the plan and its hash (a plan itself may be larger
 * than the MiB that a ConfigMap holds), an Indexed Job with a pod for each shard, and a policy that its pods
 * reach no network. Source: https://kubernetes.io/docs/concepts/workloads/controllers/job/
 */
export function kubernetesList(needs: JobNeeds) {
  const { planSha256 } = needs
  const name = `radversary-cohort-${planSha256.slice(0, 8)}`
  const metadata = { name, labels: { 'app.kubernetes.io/name': 'radversary', 'radversary/plan': name } }
  return {
    apiVersion: 'v1',
    kind: 'List',
    items: [
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata,
        immutable: true,
        data: { plan: needs.folder, 'plan.sha256': `${planSha256}  ${join(needs.folder, 'plan.json')}\n` },
      },
      {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata,
        spec: {
          podSelector: { matchLabels: { 'radversary/plan': name } },
          policyTypes: ['Ingress', 'Egress'],
        },
      },
      { apiVersion: 'batch/v1', kind: 'Job', metadata, spec: jobSpec(needs, metadata) },
    ],
  }
}

interface Metadata {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
}

/** Retries are counted for each shard by itself, and pods that were preempted don't count. */
function jobSpec(needs: JobNeeds, { name, labels }: Metadata) {
  return {
    completionMode: 'Indexed',
    completions: needs.shards,
    parallelism: needs.shards,
    backoffLimitPerIndex: 3,
    podReplacementPolicy: 'Failed',
    podFailurePolicy: {
      rules: [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] }],
    },
    template: {
      metadata: { labels },
      spec: {
        restartPolicy: 'Never',
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        securityContext: { runAsNonRoot: true, runAsUser: 10_001, fsGroup: 10_001 },
        containers: [container(needs, name)],
        volumes: [
          { name: 'data', persistentVolumeClaim: { claimName: kubernetesNeeds(needs).claim } },
          { name: 'plan', configMap: { name } },
          { name: 'scratch', emptyDir: {} },
        ],
      },
    },
  }
}

/** Refuses a plan that is not the one the Job was written for, then runs the pod's shard. */
const start =
  'sha256sum -c /etc/radversary/plan.sha256 && exec radversary cohort run "$PLAN" --shard "$JOB_COMPLETION_INDEX"'

function container(needs: JobNeeds, configMap: string) {
  const { threads, memoryGib, gpus, mount } = needs
  const amounts = {
    cpu: String(threads),
    memory: `${memoryGib}Gi`,
    ...(gpus > 0 && { 'nvidia.com/gpu': String(gpus) }),
  }
  return {
    name: 'shard',
    image: kubernetesNeeds(needs).image,
    command: ['sh', '-c', start],
    env: [
      { name: 'PLAN', valueFrom: { configMapKeyRef: { name: configMap, key: 'plan' } } },
      { name: 'HOME', value: '/tmp' },
    ],
    resources: { requests: amounts, limits: amounts },
    securityContext: {
      readOnlyRootFilesystem: true,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
    },
    volumeMounts: [
      { name: 'data', mountPath: mount },
      { name: 'plan', mountPath: '/etc/radversary', readOnly: true },
      { name: 'scratch', mountPath: '/tmp' },
    ],
  }
}

/**
 * What Kubernetes can't do without. @throws RadversaryError usage that names what is missing
 */
export function kubernetesNeeds({ image, claim }: Pick<JobNeeds, 'image' | 'claim'>) {
  if (image === undefined)
    throw new RadversaryError('usage', 'Plan: expected --image for Kubernetes, got none', {
      tip: 'Build one of packaging/Containerfile (docs/cohort.md).',
    })
  if (claim === undefined)
    throw new RadversaryError('usage', 'Plan: expected --claim for Kubernetes, got none', {
      tip: 'Name the PersistentVolumeClaim that holds the plan, the model and the studies.',
    })
  return { image, claim }
}
