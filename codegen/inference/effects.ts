// Effects: what a call may do besides giving a value, in Julia's nine properties.
//
// They are bits of one number, each of which says that something is *not* guaranteed: none is the best, and two calls, one
// after the other, have the bits of both. Some properties can also hold on a condition that is only known when the whole
// function has been seen; the bit for "not at all" absorbs those for "on condition".

/** A set of the bits below. */
export type Effects = number;

export const Effect = {
  /** Equal arguments may not give equal results. */
  inconsistent: 1,
  /** Consistent only if what it allocates is not returned. */
  consistentIfNotReturned: 2,
  /** Consistent only if no memory is read that others may change. */
  consistentIfInaccessible: 4,
  /** Something may be changed that can be seen outside. */
  sideEffects: 8,
  /** Free of side effects only if no memory is changed that others may see. */
  effectFreeIfInaccessible: 16,
  throws: 64,
  endless: 128,
  taskState: 256,
  /** Memory may be read or changed that is not the function's own. */
  accessesMemory: 512,
  /** Only memory that the arguments lead to. */
  accessesArguments: 1024,
  undefinedBehaviour: 2048,
  /** Well defined only where bounds are checked. */
  undefinedIfInbounds: 4096,
  overlayed: 8192,
  /** May ask for inferred return types. */
  returnType: 16384,
} as const;

/** Nothing but a value. */
export const PURE: Effects = 0;
/** Always throws, or may, and nothing else. */
export const THROWS: Effects = Effect.throws;
/** Anything that is not a call of an overlaid method. */
export const UNKNOWN: Effects =
  Effect.inconsistent |
  Effect.sideEffects |
  Effect.throws |
  Effect.endless |
  Effect.taskState |
  Effect.accessesMemory |
  Effect.undefinedBehaviour |
  Effect.returnType;
/** A call of which nothing is known. */
export const UNKNOWN_CALL: Effects = UNKNOWN | Effect.overlayed;

const CONSISTENCY = Effect.consistentIfNotReturned | Effect.consistentIfInaccessible;

/** The effects of two things that are done one after the other. */
export function mergeEffects(a: Effects, b: Effects): Effects {
  let both = a | b;
  if ((both & Effect.inconsistent) !== 0) both &= ~CONSISTENCY;
  if ((both & Effect.sideEffects) !== 0) both &= ~Effect.effectFreeIfInaccessible;
  if ((both & Effect.accessesMemory) !== 0) both &= ~Effect.accessesArguments;
  if ((both & Effect.undefinedBehaviour) !== 0) both &= ~Effect.undefinedIfInbounds;
  return both;
}

export const hasEffect = (effects: Effects, bit: number): boolean => (effects & bit) !== 0;
export const mayThrow = (effects: Effects): boolean => (effects & Effect.throws) !== 0;

/** May a call be made while compiling, so that its result takes its place? */
export const isFoldable = (effects: Effects): boolean =>
  (effects &
    (Effect.inconsistent |
      CONSISTENCY |
      Effect.sideEffects |
      Effect.effectFreeIfInaccessible |
      Effect.endless |
      Effect.undefinedBehaviour |
      Effect.undefinedIfInbounds |
      Effect.overlayed |
      Effect.returnType)) ===
  0;

/** May a call be left out if nobody wants its value? */
export const isRemovable = (effects: Effects): boolean =>
  (effects &
    (Effect.sideEffects |
      Effect.effectFreeIfInaccessible |
      Effect.throws |
      Effect.endless |
      Effect.undefinedBehaviour)) ===
  0;

/** What is known when the conditions have been settled: whether only own memory was used, and what is returned. */
export function settleEffects(effects: Effects, returnsIdentity: boolean, argumentsAreValues: boolean): Effects {
  let settled = effects;
  if ((settled & Effect.accessesArguments) !== 0 && argumentsAreValues) settled &= ~Effect.accessesArguments;
  if ((settled & Effect.consistentIfNotReturned) !== 0 && !returnsIdentity) settled &= ~Effect.consistentIfNotReturned;
  if ((settled & Effect.accessesMemory) !== 0) {
    if ((settled & Effect.consistentIfInaccessible) !== 0) settled |= Effect.inconsistent;
    if ((settled & Effect.effectFreeIfInaccessible) !== 0) settled |= Effect.sideEffects;
  } else if ((settled & Effect.accessesArguments) === 0) {
    settled &= ~(Effect.consistentIfInaccessible | Effect.effectFreeIfInaccessible);
  }
  return mergeEffects(settled, 0);
}

/** Bits of `Method.purity` and of the `:purity` annotation: properties that the author promises. */
const promises: readonly [mask: number, kept: number][] = [
  [1 << 0, Effect.inconsistent | CONSISTENCY],
  [1 << 1, Effect.sideEffects | Effect.effectFreeIfInaccessible],
  [1 << 2, Effect.throws],
  [1 << 3, Effect.endless],
  [1 << 5, Effect.taskState],
  [1 << 6, Effect.accessesMemory | Effect.accessesArguments],
  [1 << 7, Effect.undefinedBehaviour | Effect.undefinedIfInbounds],
  [1 << 10, Effect.returnType],
];
export const TERMINATES_LOCALLY = 1 << 4;
const NOUB_IF_NOINBOUNDS = 1 << 8;

/** Effects without what the author of a method has promised not to happen. */
export function withPromises(effects: Effects, purity: number): Effects {
  if (purity === 0) return effects;
  let kept = effects;
  for (const [mask, bits] of promises) if ((purity & mask) !== 0) kept &= ~bits;
  if ((purity & NOUB_IF_NOINBOUNDS) !== 0 && (kept & Effect.undefinedBehaviour) !== 0) {
    kept = (kept & ~Effect.undefinedBehaviour) | Effect.undefinedIfInbounds;
  }
  return kept;
}

/** Effects as Julia shows them: `(+c,+e,!n,+t,+s,+m,+u,+o,+r)`. */
export function effectsText(effects: Effects): string {
  const sign = (bad: number, conditional = 0): string =>
    hasEffect(effects, bad) ? '!' : hasEffect(effects, conditional) ? '?' : '+';
  const parts = [
    `${sign(Effect.inconsistent, CONSISTENCY)}c`,
    `${sign(Effect.sideEffects, Effect.effectFreeIfInaccessible)}e`,
    `${sign(Effect.throws)}n`,
    `${sign(Effect.endless)}t`,
    `${sign(Effect.taskState)}s`,
    `${sign(Effect.accessesMemory, Effect.accessesArguments)}m`,
    `${sign(Effect.undefinedBehaviour, Effect.undefinedIfInbounds)}u`,
    `${sign(Effect.overlayed)}o`,
    `${sign(Effect.returnType)}r`,
  ];
  return `(${parts.join(',')})`;
}
