// Metadata: what an object says about itself besides code, in the section `.jl0.meta`: its format and version, and packed
// JSON (packed-json.ts).
//
// It names the target and the versions, lists the methods with the symbols of their two entries and what they were compiled
// against, and has for every symbol that the object does not define the recipe for what it stands for. What is needed as
// soon as an object is loaded is not here but in the link table (link-table.ts); all of this is read when it is asked for.
//
// What identifies a method and what it depends on is JSON between emission and whoever attaches it; here it is carried.
// What methods were compiled against of the library is most of it and of interest only to a process with another library:
// it is a section of its own, `.jl0.library`.

import { ObjectError } from './error.ts';
import type { LinkTable } from './link-table.ts';
import { PackedJson, packJson, unpackJson, wordsIn } from './packed-json.ts';
import { isRecipe, type Json, type SymbolRecipe } from './recipe.ts';

/** Counts up with every change of this format or of docs/native-abi.md that an older loader would misread. */
export const FORMAT_VERSION = 4;
export const FORMAT_NAME = 'jl0-object';
/** Bytes of the name, filled up with zeros, and of the version after it. */
const NAME_BYTES = 12;
const HEAD_BYTES = NAME_BYTES + 4;

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
  /** Symbol of the function with unboxed arguments. */
  readonly specialised: string;
  /** Symbol of the generic entry; empty if there is none: the interpreter is as quick by itself. */
  readonly entry: string;
  /** Symbol of the function from objects to an object; empty if there is none. */
  readonly boxed: string;
  readonly parameters: readonly SlotKind[];
  readonly result: SlotKind;
  /** Bytes of the result where it is an `address`, 0 otherwise. */
  readonly resultBytes: number;
  /** A number from the types of its callee and arguments: who looks for a method need not compare the types of others. */
  readonly hash: number;
  /** The world in which a method of the library began: among the library's methods that tells it apart. 0: the program's. */
  readonly world: number;
  /** Which method it is. */
  readonly identity: Json;
  /** Whether its code may reach what switches tasks. */
  readonly maySwitch: boolean;
  /** The types of its callee and arguments. */
  readonly types: Json;
  /** The type of its result, or the result itself. */
  readonly returns: Json;
  /** What it was compiled against, and is only valid with. */
  readonly dependencies: readonly Json[];
  /** The same, of the library. */
  readonly libraryDependencies: readonly Json[];
}

/** A record before the program is known as a whole. */
export type EmittedRecord = Omit<MethodRecord, 'maySwitch'>;

/** What a program was and where it ran when it was compiled. */
export interface Origin {
  /** Identity of the library that it was compiled with; null if that has none. */
  readonly library: string | null;
  /** Identity of the system image that lay in memory then: what places in recipes refer to. */
  readonly image: string | null;
  /** The methods that the program had defined, as keys. */
  readonly methods: readonly string[];
  /** Recipes of the argument types of the calls that were resolved while compiling. */
  readonly calls: readonly Json[];
}

export const noOrigin: Origin = { library: null, image: null, methods: [], calls: [] };

export interface Metadata {
  /** Version of Julia whose semantics the code has. */
  readonly julia: string;
  /** What wrote the object, for the record. */
  readonly producer: string;
  readonly target: { readonly architecture: string; readonly system: string; readonly processor: string };
  readonly origin: Origin;
  readonly methods: readonly MethodRecord[];
  readonly symbols: ReadonlyMap<string, SymbolRecipe>;
  /** For each function the functions and symbols that it refers to itself. */
  readonly references: ReadonlyMap<string, readonly string[]>;
}

/**
 * The metadata as bytes: equal metadata gives equal bytes, as long as keys are in one order.
 *
 * @param names the names of the link table, those that have recipes first
 * @param places where what recipes stand for lies in the system image
 */
export function encodeMetadata(
  { julia, producer, target, origin, methods, symbols }: Omit<Metadata, 'references'>,
  names: readonly string[],
  places: ReadonlyMap<Json, number> = new Map(),
): Uint8Array {
  const recipes = names.slice(0, symbols.size).map((name) => symbols.get(name) ?? null);
  const { list } = numbered(methods.map((method) => method.dependencies));
  const { list: identities } = numbered(methods.map((method) => [method.identity]));
  const types = methods.map((method) => method.types);
  const returns = methods.map((method) => method.returns);
  // The rest of a record is in lists of its own, or in the link table.
  const records = methods.map(({ name, specialised, entry, boxed, resultBytes }) => {
    return { name, specialised, entry, boxed, resultBytes };
  });
  const json: { readonly [key: string]: Json } = {
    julia,
    producer,
    target,
    origin: { ...origin },
    types,
    returns,
    identities,
    dependencies: list,
    methods: records,
    recipes,
    names,
  };
  const head = new Uint8Array(HEAD_BYTES);
  head.set(Buffer.from(FORMAT_NAME, 'latin1'));
  new DataView(head.buffer).setUint32(NAME_BYTES, FORMAT_VERSION, true);
  const lists = [records, recipes, types, returns, identities, list];
  const apart: readonly Json[] = [...lists.flat(), json.origin, origin.methods, origin.calls];
  return Buffer.concat([head, packJson(json, { apart, places })]);
}

/** One list of what is in several, each element once, and for each of them the numbers of its own in it. */
export function numbered(lists: readonly (readonly Json[])[]): {
  readonly list: readonly Json[];
  readonly numbers: readonly (readonly number[])[];
} {
  const list: Json[] = [];
  const known = new Map<string, number>();
  const numbers = lists.map((elements) =>
    elements.map((element) => {
      const text = JSON.stringify(element);
      const number = known.get(text) ?? list.push(element) - 1;
      known.set(text, number);
      return number;
    }),
  );
  return { list, numbers };
}

/** What methods were compiled against of the library, as bytes. */
export function encodeLibrary({ methods }: Pick<Metadata, 'methods'>): Uint8Array {
  return packJson(methods.map((method) => method.libraryDependencies));
}

type Fields = { readonly [key: string]: Json };

/**
 * Checks that metadata is in the format that is read here.
 *
 * @throws ObjectError `version` if it is not
 */
export function checkFormat(bytes: Uint8Array): void {
  const name = Buffer.from(bytes.subarray(0, FORMAT_NAME.length)).toString('latin1');
  if (name !== FORMAT_NAME || bytes.length < HEAD_BYTES)
    throw new ObjectError('version', 'the metadata is not in the format of this jl0');
  const [version] = wordsIn(bytes, NAME_BYTES, 1);
  if (version !== FORMAT_VERSION) {
    throw new ObjectError(
      'version',
      `the object has format version ${version}, this jl0 reads version ${FORMAT_VERSION}`,
    );
  }
}

/**
 * Reads metadata whose format was checked, as far as it is not left for later.
 *
 * @param library the bytes of the section with what methods were compiled against of the library
 * @param link the object's link table
 * @param image identity of the system image in memory, if there is one: if it is that of the object, recipes of what lies in
 *   it are `{"place": n}`
 * @throws ObjectError `malformed` if it breaks the format's rules; whoever asks for more later gets that then
 */
export function decodeMetadata(
  bytes: Uint8Array,
  library: Uint8Array,
  link: LinkTable,
  image: string | null,
): ObjectMetadata {
  return new ObjectMetadata(bytes.subarray(HEAD_BYTES), library, link, image);
}

/** The metadata of an object that was read. Names and methods have numbers here: those of the link table. */
export class ObjectMetadata implements Metadata {
  readonly julia: string;
  readonly producer: string;
  readonly target: Metadata['target'];
  readonly origin: Origin;
  /** Whether the system image in memory is the one that the object was compiled with. */
  readonly isSameImage: boolean;
  readonly json: PackedJson;
  private readonly library: Uint8Array;
  readonly link: LinkTable;
  private readonly packedRecords: readonly Json[];
  private readonly records: (MethodRecord | undefined)[] = [];
  private readonly types: readonly Json[];
  private readonly returns: readonly Json[];
  private readonly identities: readonly Json[];
  private readonly readIdentities: Json[] = [];
  private readonly dependencies: readonly Json[];
  private readonly names: readonly Json[];
  private readonly recipes: readonly Json[];
  private readonly readRecipes: (SymbolRecipe | undefined)[] = [];
  private ofLibrary: readonly Json[] | undefined;

  constructor(bytes: Uint8Array, library: Uint8Array, link: LinkTable, image: string | null) {
    const json = new PackedJson(bytes);
    this.json = json;
    this.library = library;
    this.link = link;
    const fields = asFields(json.root, 'the metadata');
    const origin = asFields(json.open(fields.origin ?? null), 'the origin');
    const ofImage = asOptional(json.whole(origin.image ?? null), 'the image');
    this.isSameImage = image !== null && ofImage === image;
    if (this.isSameImage) json.usePlaces();
    const whole = (name: string): Json => json.whole(fields[name] ?? null);
    const list = (name: string, what: string): readonly Json[] => asArray(json.open(fields[name] ?? null), what);
    const target = asFields(whole('target'), 'the target');
    this.julia = asString(whole('julia'), 'the version of Julia');
    this.producer = asString(whole('producer'), 'the producer');
    this.target = {
      architecture: asString(target.architecture, 'the architecture'),
      system: asString(target.system, 'the system'),
      processor: asString(target.processor, 'the processor'),
    };
    this.origin = new PackedOrigin(json, origin, ofImage);
    this.types = list('types', 'the types of the methods');
    this.returns = list('returns', 'the results of the methods');
    this.identities = list('identities', 'the identities of the methods');
    this.dependencies = list('dependencies', 'the dependencies');
    this.packedRecords = list('methods', 'the methods');
    this.names = list('names', 'the names');
    this.recipes = list('recipes', 'the recipes');
    if (this.packedRecords.length !== link.methodCount) throw malformed('the methods');
    if (this.names.length !== link.nameCount) throw malformed('the names');
    if (this.recipes.length !== link.outsideCount) throw malformed('the recipes');
  }

  /** The record of a method, which is one object however often it is asked for. */
  recordOf(method: number): MethodRecord {
    let record = this.records[method];
    if (record === undefined) {
      record = new PackedRecord(this, this.packedRecords[method] ?? null, method);
      this.records[method] = record;
    }
    return record;
  }

  get methods(): readonly MethodRecord[] {
    return this.packedRecords.map((_, number) => this.recordOf(number));
  }

  typesOf(method: number): Json {
    return this.json.whole(this.types[method] ?? null);
  }

  returnsOf(method: number): Json {
    return this.json.whole(this.returns[method] ?? null);
  }

  /** One object for all records of a method. */
  identityOf(method: number): Json {
    const number = this.link.identityOf(method);
    let identity = this.readIdentities[number];
    if (identity === undefined) {
      identity = this.json.whole(this.identities[number] ?? null);
      this.readIdentities[number] = identity;
    }
    return identity;
  }

  dependenciesOf(method: number): readonly Json[] {
    const numbers = this.link.dependenciesOf(method);
    const list: Json[] = [];
    for (const number of numbers) list.push(this.dependencyAt(number));
    return list;
  }

  get dependencyCount(): number {
    return this.dependencies.length;
  }

  /** What methods were compiled against, by its number. */
  dependencyAt(number: number): Json {
    return this.json.whole(this.dependencies[number] ?? null);
  }

  libraryDependenciesOf(method: number): readonly Json[] {
    this.ofLibrary ??= asArray(unpackJson(this.library), 'the dependencies on the library');
    return asArray(this.ofLibrary[method], 'the dependencies on the library');
  }

  /** The name with a number. */
  nameOf(number: number): string {
    return asString(this.json.whole(this.names[number] ?? null), 'a name');
  }

  /** The recipe of a name that the object does not define. */
  recipeOf(number: number): SymbolRecipe {
    const known = this.readRecipes[number];
    if (known !== undefined) return known;
    const place = this.isSameImage ? this.link.placeOfValue(number) : 0;
    if (place > 0) return { kind: 'value', value: { place } };
    const recipe = this.json.whole(this.recipes[number] ?? null);
    if (!isRecipe(recipe)) throw malformed(`the recipe of ${this.nameOf(number)}`);
    this.readRecipes[number] = recipe;
    return recipe;
  }

  get symbols(): ReadonlyMap<string, SymbolRecipe> {
    const map = new Map<string, SymbolRecipe>();
    for (let i = 0; i < this.link.outsideCount; i++) map.set(this.nameOf(i), this.recipeOf(i));
    return map;
  }

  get references(): ReadonlyMap<string, readonly string[]> {
    const map = new Map<string, readonly string[]>();
    for (let i = this.link.outsideCount; i < this.link.nameCount; i++)
      map.set(
        this.nameOf(i),
        [...this.link.referencesOf(i)].map((each) => this.nameOf(each)),
      );
    return map;
  }
}

/** What the object says of where it comes from. */
class PackedOrigin implements Origin {
  readonly library: string | null;
  readonly image: string | null;
  private readonly json: PackedJson;
  private readonly fields: Fields;
  private readMethods: readonly string[] | undefined;
  private readCalls: readonly Json[] | undefined;

  constructor(json: PackedJson, fields: Fields, image: string | null) {
    this.json = json;
    this.fields = fields;
    this.image = image;
    this.library = asOptional(json.whole(fields.library ?? null), 'the library');
  }

  get methods(): readonly string[] {
    this.readMethods ??= asArray(this.json.whole(this.fields.methods ?? null), 'the methods of the program').map(
      (key) => asString(key, 'a method of the program'),
    );
    return this.readMethods;
  }

  get calls(): readonly Json[] {
    this.readCalls ??= asArray(this.json.whole(this.fields.calls ?? null), 'the calls of the program');
    return this.readCalls;
  }
}

/** A record whose parts are read when they are asked for. */
class PackedRecord implements MethodRecord {
  private readonly of: ObjectMetadata;
  private readonly packed: Json;
  private readonly number: number;
  private fields: Fields | undefined;
  private readTypes: Json | undefined;
  private readReturns: Json | undefined;
  private ownDependencies: readonly Json[] | undefined;
  private readSlots: readonly SlotKind[] | undefined;

  constructor(of: ObjectMetadata, packed: Json, number: number) {
    this.of = of;
    this.packed = packed;
    this.number = number;
  }

  private field(name: string): Json {
    this.fields ??= asFields(this.of.json.whole(this.packed), 'a method');
    const value = this.fields[name];
    if (value === undefined) throw malformed(`the ${name} of a method`);
    return value;
  }

  get name(): string {
    return asString(this.field('name'), 'the name of a method');
  }

  get specialised(): string {
    return asString(this.field('specialised'), 'the symbol of a method');
  }

  get entry(): string {
    return asString(this.field('entry'), 'the entry of a method');
  }

  get boxed(): string {
    return asString(this.field('boxed'), 'the entry of a method');
  }

  get parameters(): readonly SlotKind[] {
    return this.slots.slice(0, -1);
  }

  get result(): SlotKind {
    return this.slots[this.slots.length - 1];
  }

  /** What the slots of the arguments hold, and last that of the result. */
  private get slots(): readonly SlotKind[] {
    if (this.readSlots !== undefined) return this.readSlots;
    const kinds: SlotKind[] = [];
    for (const letter of this.of.link.slotsOf(this.number)) {
      const kind = slotKinds[letter];
      if (kind === undefined) throw malformed('a kind of slot');
      kinds.push(kind);
    }
    if (kinds.length === 0) throw malformed('the slots of a method');
    this.readSlots = kinds;
    return kinds;
  }

  get resultBytes(): number {
    const bytes = this.field('resultBytes');
    if (typeof bytes !== 'number' || !Number.isSafeInteger(bytes) || bytes < 0) throw malformed('the size of a result');
    return bytes;
  }

  get hash(): number {
    return this.of.link.hashOf(this.number);
  }

  get world(): number {
    return this.of.link.worldOf(this.number);
  }

  get maySwitch(): boolean {
    return this.of.link.maySwitch(this.number);
  }

  get identity(): Json {
    return this.of.identityOf(this.number);
  }

  get types(): Json {
    this.readTypes ??= this.of.typesOf(this.number);
    return this.readTypes;
  }

  get returns(): Json {
    this.readReturns ??= this.of.returnsOf(this.number);
    return this.readReturns;
  }

  get dependencies(): readonly Json[] {
    this.ownDependencies ??= this.of.dependenciesOf(this.number);
    return this.ownDependencies;
  }

  get libraryDependencies(): readonly Json[] {
    return this.of.libraryDependenciesOf(this.number);
  }
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

const asOptional = (json: Json, what: string): string | null => (json === null ? null : asString(json, what));

/** What a kind of slot is called in the link table. */
export const slotLetter = (kind: SlotKind): number => kind.charCodeAt(0);

const slotKinds: { readonly [letter: number]: SlotKind | undefined } = Object.fromEntries(
  (['bits', 'reference', 'address', 'none'] as const).map((kind) => [slotLetter(kind), kind]),
);
