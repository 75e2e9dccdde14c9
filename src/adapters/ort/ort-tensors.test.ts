import { expect, test } from 'vitest'
import { cleanOrtMessage } from './ort-tensors.ts'

test('source positions, functions and failed conditions are cut from messages', () => {
  const adapter =
    '/src/core/providers/webgpu/webgpu_context.cc:136 onnxruntime::webgpu::WebGpuContext::Initialize(const Config&)::<lambda()> ' +
    'adapter_result.status == wgpu::RequestAdapterStatus::Success was false. Failed to get a WebGPU adapter: No supported adapters\n'
  expect(cleanOrtMessage(new Error(adapter))).toBe('Failed to get a WebGPU adapter: No supported adapters')

  const opset =
    '/src/model_load_utils.h:46 void onnxruntime::ValidateOpset(const std::unordered_map<std::string, int>&, bool) Opset 999 is new.'
  expect(cleanOrtMessage(new Error(opset))).toBe('Opset 999 is new.')
})

test('text before the source position stays', () => {
  const reshape =
    "Non-zero status code returned while running Reshape node. Name:'r' Status Message: /src/reshape_helper.h:91 " +
    'onnxruntime::ReshapeHelper::ReshapeHelper(const onnxruntime::TensorShape&, bool) a == b was false. Input shape:{2}, requested shape:{7}'
  expect(cleanOrtMessage(new Error(reshape))).toBe(
    "Non-zero status code returned while running Reshape node. Name:'r' Status Message: Input shape:{2}, requested shape:{7}",
  )
})

test('a message that needs no cleaning is left as it is', () => {
  expect(cleanOrtMessage(new Error("input 'x' is missing in 'feeds'."))).toBe(
    "input 'x' is missing in 'feeds'.",
  )
})
