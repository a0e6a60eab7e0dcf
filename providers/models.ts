/** Model lists of OpenAI-compatible servers, with whatever each tells about its models. */
import type { ModelInfo, Price } from './contract';
import { isFields } from './errors';

type Fields = Readonly<Record<string, unknown>>;

/** `{data:[…]}`, `{models:[…]}`, Cloudflare's `{result:[…]}` or a bare list; entries without an id are left out, doubles once. */
export function openaiModels(body: unknown): ModelInfo[] {
  const list = Array.isArray(body)
    ? body
    : isFields(body)
      ? (body.data ?? body.models ?? named(body.result))
      : undefined;
  if (!Array.isArray(list)) return [];
  const models = new Map<string, ModelInfo>();
  for (const item of list) {
    const model = typeof item === 'string' ? { id: item } : isFields(item) ? modelOf(item) : undefined;
    if (model && !models.has(model.id)) models.set(model.id, model);
  }
  return [...models.values()];
}

/** Cloudflare's ids are of its own database; what is asked for is the name. */
function named(result: unknown): unknown {
  if (!Array.isArray(result)) return undefined;
  return result.map((item: unknown) => {
    if (!isFields(item)) return item;
    const properties: unknown[] = Array.isArray(item.properties) ? item.properties : [];
    const context = properties.find((one) => isFields(one) && one.property_id === 'context_window');
    return { id: item.name, context_length: isFields(context) ? Number(context.value) : undefined };
  });
}

function modelOf(item: Fields): ModelInfo | undefined {
  const id = text(item.id) ?? text(item.model) ?? text(item.name);
  if (id === undefined) return undefined;
  const name = text(item.display_name) ?? text(item.name);
  const meta = isFields(item.meta) ? item.meta : {};
  const top = isFields(item.top_provider) ? item.top_provider : {};
  const can = isFields(item.capabilities) ? item.capabilities : {};
  const architecture = isFields(item.architecture) ? item.architecture : {};
  const takes = Array.isArray(architecture.input_modalities) ? architecture.input_modalities : undefined;
  const parameters = Array.isArray(item.supported_parameters) ? item.supported_parameters : undefined;
  // OpenRouter, Groq, Mistral, LM Studio, vLLM and llama.cpp, in this order.
  const contextLength =
    positive(item.context_length) ??
    positive(item.context_window) ??
    positive(item.max_context_length) ??
    positive(item.max_model_len) ??
    positive(meta.n_ctx) ??
    positive(meta.n_ctx_train);
  const maxOutput = positive(item.max_completion_tokens) ?? positive(top.max_completion_tokens);
  const images = takes ? takes.includes('image') : (yes(can.vision) ?? (item.type === 'vlm' ? true : undefined));
  const reasoning = parameters ? parameters.includes('reasoning') : yes(can.reasoning);
  const tools = parameters ? parameters.includes('tools') : yes(can.function_calling);
  const price = priceOf(item.pricing);
  return {
    id,
    ...(name === undefined || name === id ? {} : { name }),
    ...(contextLength === undefined ? {} : { contextLength }),
    ...(maxOutput === undefined ? {} : { maxOutput }),
    ...(images === undefined ? {} : { images }),
    ...(reasoning === undefined ? {} : { reasoning }),
    ...(tools === undefined ? {} : { tools }),
    ...(price === undefined ? {} : { price }),
  };
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
const positive = (value: unknown): number | undefined => (typeof value === 'number' && value > 0 ? value : undefined);
const yes = (value: unknown): boolean | undefined => (typeof value === 'boolean' ? value : undefined);

/** OpenRouter gives dollars for one token, as text. */
function priceOf(pricing: unknown): Price | undefined {
  if (!isFields(pricing)) return undefined;
  const [input, output] = [Number(pricing.prompt), Number(pricing.completion)];
  if (!(input >= 0) || !(output >= 0) || pricing.prompt === undefined) return undefined;
  return { input: round(input * 1e6), output: round(output * 1e6) };
}

const round = (value: number): number => Math.round(value * 1e6) / 1e6;
