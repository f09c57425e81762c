// What JavaScript holds while Julia code may run.
//
// The collector starts only at the VM's safepoints, so a runtime function that does not call back into Julia may hold
// references freely. One that does must root what it holds across the call: it pushes the references here and pops them
// when it is done. Caches that own references for longer register a visitor. Those that only know objects by where they lie
// (a type as a key, say) register a purge: an object that dies leaves its place to another, which would pass for it.

import type { Ref } from './layout.ts';

const held: Ref[] = [];
const visitors: ((visit: (object: Ref) => void) => void)[] = [];

/** Runs `body` with `objects` rooted. */
export function rooted<T>(objects: readonly Ref[], body: () => T): T {
  const depth = held.length;
  for (const object of objects) held.push(object);
  try {
    return body();
  } finally {
    held.length = depth;
  }
}

/** Roots an object until the enclosing `rooted` or `rootScope` ends. */
export function root<T extends Ref>(object: T): T {
  held.push(object);
  return object;
}

/** Runs `body`; what it roots with `root` is released at its end. */
export function rootScope<T>(body: () => T): T {
  return rooted([], body);
}

/** Registers a cache that holds references: it must visit each of them. */
export function registerRoots(visitor: (visit: (object: Ref) => void) => void): void {
  visitors.push(visitor);
}

const purges: ((isAlive: (object: Ref) => boolean) => void)[] = [];

/** Registers a cache whose keys do not keep objects alive: when it is called it must forget those that are not. */
export function registerPurge(purge: (isAlive: (object: Ref) => boolean) => void): void {
  purges.push(purge);
}

/** Registers a map whose keys do not keep objects alive. */
export function registerWeakMap(map: Map<Ref, unknown>): void {
  registerPurge((isAlive) => {
    for (const key of map.keys()) if (!isAlive(key)) map.delete(key);
  });
}

/** Has all such caches forget what is about to be freed. */
export function purgeCaches(isAlive: (object: Ref) => boolean): void {
  for (const purge of purges) purge(isAlive);
}

/** Visits everything that JavaScript holds. */
export function visitHeldRoots(visit: (object: Ref) => void): void {
  for (const object of held) visit(object);
  for (const visitor of visitors) visitor(visit);
}
