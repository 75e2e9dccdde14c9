import { z } from 'zod'

/**
 * Those fields of Kubernetes' objects that a plan uses, each as its API has it, and no others. Source: the
 * API's OpenAPI document of v1.30 (api/openapi-spec/v3 of kubernetes/kubernetes: batch/v1 JobSpec, v1
 * PodSpec, v1 ConfigMap, networking.k8s.io/v1 NetworkPolicySpec).
 */
const label = z.string().regex(/^[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/)
const name = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/)
const metadata = z.strictObject({ name, labels: z.record(z.string(), label) })
const quantity = z.string().regex(/^\d+(Mi|Gi)?$/)
const int32 = z.int32().nonnegative()

const variable = z.strictObject({
  name: z.string(),
  value: z.string().optional(),
  valueFrom: z.strictObject({ configMapKeyRef: z.strictObject({ name, key: z.string() }) }).optional(),
})

const container = z.strictObject({
  name,
  image: z.string(),
  command: z.array(z.string()),
  env: z.array(variable),
  resources: z.strictObject({
    requests: z.record(z.string(), quantity),
    limits: z.record(z.string(), quantity),
  }),
  securityContext: z.strictObject({
    readOnlyRootFilesystem: z.boolean(),
    allowPrivilegeEscalation: z.boolean(),
    capabilities: z.strictObject({ drop: z.array(z.string()) }),
  }),
  volumeMounts: z.array(
    z.strictObject({ name, mountPath: z.string().startsWith('/'), readOnly: z.boolean().optional() }),
  ),
})

const volume = z.strictObject({
  name,
  persistentVolumeClaim: z.strictObject({ claimName: z.string() }).optional(),
  configMap: z.strictObject({ name }).optional(),
  emptyDir: z.strictObject({}).optional(),
})

const pod = z.strictObject({
  restartPolicy: z.enum(['Never', 'OnFailure']),
  automountServiceAccountToken: z.boolean(),
  enableServiceLinks: z.boolean(),
  securityContext: z.strictObject({ runAsNonRoot: z.boolean(), runAsUser: z.int(), fsGroup: z.int() }),
  containers: z.array(container).min(1),
  volumes: z.array(volume),
})

const failureRule = z.strictObject({
  action: z.enum(['FailIndex', 'FailJob', 'Ignore', 'Count']),
  onPodConditions: z.array(
    z.strictObject({ type: z.string(), status: z.enum(['True', 'False', 'Unknown']) }),
  ),
})

const job = z.strictObject({
  apiVersion: z.literal('batch/v1'),
  kind: z.literal('Job'),
  metadata,
  spec: z.strictObject({
    completionMode: z.enum(['Indexed', 'NonIndexed']),
    completions: int32,
    parallelism: int32,
    backoffLimitPerIndex: int32,
    podReplacementPolicy: z.enum(['Failed', 'TerminatingOrFailed']),
    podFailurePolicy: z.strictObject({ rules: z.array(failureRule) }),
    template: z.strictObject({ metadata: metadata.omit({ name: true }), spec: pod }),
  }),
})

const configMap = z.strictObject({
  apiVersion: z.literal('v1'),
  kind: z.literal('ConfigMap'),
  metadata,
  immutable: z.boolean(),
  data: z.record(z.string().regex(/^[-._a-zA-Z0-9]+$/), z.string()),
})

const networkPolicy = z.strictObject({
  apiVersion: z.literal('networking.k8s.io/v1'),
  kind: z.literal('NetworkPolicy'),
  metadata,
  spec: z.strictObject({
    podSelector: z.strictObject({ matchLabels: z.record(z.string(), label) }),
    policyTypes: z.array(z.enum(['Ingress', 'Egress'])),
  }),
})

export const kubernetesFields = z.strictObject({
  apiVersion: z.literal('v1'),
  kind: z.literal('List'),
  items: z.tuple([configMap, networkPolicy, job]),
})
