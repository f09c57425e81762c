// Metadata: what an object says about itself besides code, as packed JSON (packed-json.ts) in the section `.jl0.meta`.
//
// It names the target and the versions, lists the methods with the symbols of their two entries, what they were compiled
// against, and for every symbol that the object does not define the recipe for what it stands for. `references` says
// which function needs which symbols, so that one that cannot be resolved costs only the methods that need it.
//
// What identifies a method and what it depends on is JSON between emission and whoever attaches it; here it is carried.
// What methods were compiled against of the library is most of it and of interest only to a process with another library: it
// is a section of its own, `.jl0.library`, that is unpacked when somebody asks.

import { ObjectError } from './error.ts';
import { packJson, unpackJson } from './packed-json.ts';
import { isRecipe, type Json, type SymbolRecipe } from './recipe.ts';

/** Counts up with every change of this format or of docs/native-abi.md that an older loader would misread. */
export const FORMAT_VERSION = 2;
export const FORMAT_NAME = 'jl0-object';

/** What a slot of the generic entry holds, see docs/native-abi.md. */
export type SlotKind =
  /** The bits of a value of at most 8 bytes. */
  | 'bits'
  /** The address of a heap object. */
  | 'reference'
  /** The address of the bytes of a larger bits value; of a boxed one that is its reference. */
  | 'address'
  /** Nothing: the value follows from its type. */
  | 'none';

export interface MethodRecord {
  /** For people: the method as Julia prints it. */
  readonly name: string;
  /** Symbol of the function with unboxed arguments, and of the generic entry. */
  readonly specialised: string;
  readonly entry: string;
  readonly parameters: readonly SlotKind[];
  readonly result: SlotKind;
  /** Bytes of the result where it is an `address`, 0 otherwise. */
  readonly resultBytes: number;
  /** Which method instance it is. */
  readonly identity: Json;
  /** What it was compiled against, and is only valid with. */
  readonly dependencies: readonly Json[];
  /** The same, of the library. */
  readonly libraryDependencies: readonly Json[];
}

export interface Metadata {
  /** Version of Julia whose semantics the code has. */
  readonly julia: string;
  /** What wrote the object, for the record. */
  readonly producer: string;
  readonly target: { readonly architecture: string; readonly system: string; readonly processor: string };
  readonly methods: readonly MethodRecord[];
  readonly symbols: ReadonlyMap<string, SymbolRecipe>;
  /** For each function the functions and symbols that it refers to itself. */
  readonly references: ReadonlyMap<string, readonly string[]>;
}

/** The metadata as bytes: equal metadata gives equal bytes, as long as keys are in one order. */
export function encodeMetadata(metadata: Metadata): Uint8Array {
  const { julia, producer, target, methods, symbols, references } = metadata;
  const json = {
    format: FORMAT_NAME,
    version: FORMAT_VERSION,
    julia,
    producer,
    target,
    methods: methods.map(({ libraryDependencies: _, ...method }) => method),
    // As pairs: names are written once, too, then.
    symbols: [...symbols],
    references: [...references],
  };
  return new TextEncoder().encode(packJson(json));
}

/** What methods were compiled against of the library, as bytes. */
export function encodeLibrary({ methods }: Metadata): Uint8Array {
  return new TextEncoder().encode(packJson(methods.map((method) => method.libraryDependencies)));
}

type Fields = { readonly [key: string]: Json };

/**
 * Reads metadata and checks its form.
 *
 * @throws ObjectError `version` if it is of another format or version, `malformed` if it breaks this one's rules
 * @param library the bytes of the section with what methods were compiled against of the library; read when it is asked for
 */
export function decodeMetadata(bytes: Uint8Array, library: Uint8Array): Metadata {
  const json = parse(bytes);
  const fields = asFields(json, 'the metadata');
  if (fields.format !== FORMAT_NAME) throw new ObjectError('version', 'the metadata is not in a format of jl0');
  if (fields.version !== FORMAT_VERSION) {
    throw new ObjectError(
      'version',
      `the object has format version ${fields.version}, this jl0 reads version ${FORMAT_VERSION}`,
    );
  }
  const target = asFields(fields.target, 'the target');
  let unpacked: readonly Json[] | undefined;
  const ofLibrary = (): readonly Json[] => {
    unpacked ??= asArray(parse(library), 'the dependencies on the library');
    return unpacked;
  };
  return {
    julia: asString(fields.julia, 'the version of Julia'),
    producer: asString(fields.producer, 'the producer'),
    target: {
      architecture: asString(target.architecture, 'the architecture'),
      system: asString(target.system, 'the system'),
      processor: asString(target.processor, 'the processor'),
    },
    methods: asArray(fields.methods, 'the methods').map((method, i) => asMethod(method, () => ofLibrary()[i])),
    symbols: asMap(fields.symbols, 'the symbols', (recipe, name) => {
      if (!isRecipe(recipe)) throw malformed(`the recipe of ${name}`);
      return recipe;
    }),
    references: asMap(fields.references, 'the references', asStrings),
  };
}

function parse(bytes: Uint8Array): Json {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw malformed('the metadata');
  }
  return unpackJson(text);
}

function malformed(what: string): ObjectError {
  return new ObjectError('malformed', `${what} cannot be read`);
}

function asFields(json: Json | undefined, what: string): Fields {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw malformed(what);
  return json as Fields;
}

function asArray(json: Json | undefined, what: string): readonly Json[] {
  if (!Array.isArray(json)) throw malformed(what);
  return json;
}

function asString(json: Json | undefined, what: string): string {
  if (typeof json !== 'string') throw malformed(what);
  return json;
}

function asStrings(json: Json, name: string): readonly string[] {
  const list = asArray(json, name);
  for (const each of list) if (typeof each !== 'string') throw malformed(`what ${name} refers to`);
  return list as readonly string[];
}

/** What pairs of a name and a value say. */
function asMap<Value>(
  json: Json | undefined,
  what: string,
  read: (json: Json, name: string) => Value,
): ReadonlyMap<string, Value> {
  const map = new Map<string, Value>();
  for (const pair of asArray(json, what)) {
    const [name, value] = asArray(pair, what);
    if (value === undefined) throw malformed(what);
    map.set(asString(name, what), read(value, name as string));
  }
  return map;
}

function asSlotKind(json: Json | undefined): SlotKind {
  if (json !== 'bits' && json !== 'reference' && json !== 'address' && json !== 'none')
    throw malformed('a kind of slot');
  return json;
}

function asMethod(json: Json, ofLibrary: () => Json | undefined): MethodRecord {
  const fields = asFields(json, 'a method');
  const { resultBytes } = fields;
  if (typeof resultBytes !== 'number' || !Number.isSafeInteger(resultBytes) || resultBytes < 0)
    throw malformed('the size of a result');
  if (fields.identity === undefined) throw malformed('the identity of a method');
  return {
    name: asString(fields.name, 'the name of a method'),
    specialised: asString(fields.specialised, 'the symbol of a method'),
    entry: asString(fields.entry, 'the entry of a method'),
    parameters: asArray(fields.parameters, 'the parameters of a method').map(asSlotKind),
    result: asSlotKind(fields.result),
    resultBytes,
    identity: fields.identity,
    dependencies: asArray(fields.dependencies, 'the dependencies of a method'),
    get libraryDependencies() {
      return asArray(ofLibrary(), 'the dependencies on the library');
    },
  };
}
