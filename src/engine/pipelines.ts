/** Compute pipelines, built once for each kernel and its #param values, with compile errors a person can read. */
import { FwplusError } from '../errors.js';
import { type AdapterFacts, describeAdapter } from './adapter.js';
import { sources } from './kernels.gen.js';
import { type KernelName, kernelInfo } from './launch.js';
import { type Constants, placeOf, preprocessLines, type SourceLine, textOf } from './preprocess.js';

const COMPUTE_STAGE = 0x4;

/** The same for the same pipeline. */
export function pipelineKey(kernel: KernelName, constants: Constants): string {
  return `${kernel} ${JSON.stringify(constants)}`;
}

export class PipelineCache {
  readonly #device: GPUDevice;
  /** For errors. */
  readonly #facts: () => AdapterFacts;
  readonly #pipelines = new Map<string, Promise<GPUComputePipeline>>();
  readonly #modules = new Map<string, Promise<GPUShaderModule>>();
  readonly #layouts = new Map<KernelName, GPUBindGroupLayout>();

  constructor(device: GPUDevice, facts: () => AdapterFacts) {
    this.#device = device;
    this.#facts = facts;
  }

  get size(): number {
    return this.#pipelines.size;
  }

  get(kernel: KernelName, constants: Constants): Promise<GPUComputePipeline> {
    const key = pipelineKey(kernel, constants);
    let pipeline = this.#pipelines.get(key);
    if (!pipeline) {
      pipeline = this.#build(kernel, constants);
      this.#pipelines.set(key, pipeline);
    }
    return pipeline;
  }

  layout(kernel: KernelName): GPUBindGroupLayout {
    let layout = this.#layouts.get(kernel);
    if (!layout) {
      const info = kernelInfo(kernel);
      const entries: GPUBindGroupLayoutEntry[] = info.bindings.map(({ binding, access, form }) => ({
        binding,
        visibility: COMPUTE_STAGE,
        ...(form === 'texture'
          ? { storageTexture: { access: 'read-only', format: 'rgba32float' } }
          : { buffer: { type: access === 'read' ? 'read-only-storage' : 'storage' } }),
      }));
      if (info.params) {
        entries.push({
          binding: info.params.binding,
          visibility: COMPUTE_STAGE,
          buffer: { type: 'uniform' },
        });
      }
      layout = this.#device.createBindGroupLayout({ label: kernel, entries });
      this.#layouts.set(kernel, layout);
    }
    return layout;
  }

  async #build(kernel: KernelName, constants: Constants): Promise<GPUComputePipeline> {
    const { family, entry } = kernelInfo(kernel);
    const module = await this.#module(family, constants);
    const layout = this.#device.createPipelineLayout({
      label: kernel,
      bindGroupLayouts: [this.layout(kernel)],
    });
    try {
      return await this.#device.createComputePipelineAsync({
        label: kernel,
        layout,
        compute: { module, entryPoint: entry },
      });
    } catch (error) {
      throw new FwplusError(
        `Kernel '${kernel}' did not build on ${describeAdapter(this.#facts())}: ${(error as Error).message}`,
      );
    }
  }

  #module(family: string, constants: Constants): Promise<GPUShaderModule> {
    const key = `${family} ${JSON.stringify(constants)}`;
    let module = this.#modules.get(key);
    if (!module) {
      module = this.#compile(family, constants);
      this.#modules.set(key, module);
    }
    return module;
  }

  async #compile(family: string, constants: Constants): Promise<GPUShaderModule> {
    const lines = preprocessLines(sources, family, constants);
    this.#device.pushErrorScope('validation');
    const module = this.#device.createShaderModule({ label: family, code: textOf(lines) });
    const scope = this.#device.popErrorScope();
    const { messages } = await module.getCompilationInfo();
    await scope; // reported with its lines below
    const errors = messages.filter((message) => message.type === 'error');
    if (errors.length > 0) throw new FwplusError(compileMessage(lines, errors, this.#facts()));
    return module;
  }
}

/** What is wrong, in the words of the compiler, with the places in our own files and the lines before them. */
export function compileMessage(
  lines: readonly SourceLine[],
  errors: readonly Pick<GPUCompilationMessage, 'lineNum' | 'linePos' | 'message'>[],
  facts: AdapterFacts,
): string {
  const shown = errors.map(({ lineNum, linePos, message }) => {
    const context = lines.slice(Math.max(0, lineNum - 4), lineNum);
    const last = context.at(-1); // none at line 0, which stands for the whole module
    const place = last ? `${placeOf(last)}:${linePos}` : `shaders/${lines[0]!.file}.wgsl`;
    const excerpt = context.map((each) => `${String(each.line).padStart(5)} | ${each.text}`);
    return [`${place}: ${message}`, ...excerpt].join('\n');
  });
  return `A shader did not compile on ${describeAdapter(facts)}.\n${shown.join('\n')}`;
}
