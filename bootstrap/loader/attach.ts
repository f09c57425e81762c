// Attaching: giving a running system the compiled code of its methods.
//
// Code is right only as long as what it was compiled against is: the method itself, and the methods that its calls were
// resolved to. The object names all of that, the runtime says of each whether it still is so. A method for which something
// has changed is refused, and with it every method of the object whose code calls its code directly, whether by a call or
// because the callee's body has become part of it.
//
// Enters: a loaded object, and the runtime behind an interface, so that this file knows no heap. Leaves: entries at method
// instances, and a list of what was refused and why. Refused methods run interpreted.

import type { Json } from '../../codegen/object/recipe.ts';
import type { LoadedMethod, LoadedObject, RefusedMethod } from './load.ts';
import { functionsThatLack } from './symbols.ts';

/** What attaching needs of a runtime. `Instance` is how it names a method instance. */
export interface AttachRuntime<Instance> {
  /** The method instance with this identity, or why there is none. */
  find(identity: Json): Instance | { readonly reason: string };
  /** Why something that code was compiled against is no longer so; undefined if it still is. */
  changed(dependency: Json): string | undefined;
  /** Makes calls of the method instance enter this code, from the current world age on. */
  attach(instance: Instance, method: LoadedMethod): void;
}

export interface Attached {
  readonly attached: readonly LoadedMethod[];
  /** Those that the load refused, and those that are refused now. */
  readonly refused: readonly RefusedMethod[];
}

/** Attaches all methods of an object that are still valid. */
export function attachObject<Instance extends object | number>(
  object: LoadedObject,
  runtime: AttachRuntime<Instance>,
): Attached {
  const reasons = new Map<string, string>(object.refused.map(({ record, reason }) => [record.specialised, reason]));
  const instances = new Map<LoadedMethod, Instance>();
  for (const method of object.methods) {
    const instance = runtime.find(method.record.identity);
    if (typeof instance === 'object' && 'reason' in instance) reasons.set(method.record.specialised, instance.reason);
    else instances.set(method, instance);
    const changed = firstChange(method, runtime);
    if (changed !== undefined) reasons.set(method.record.specialised, changed);
  }
  const callers = functionsThatLack(
    object.metadata,
    reasons,
    (name, reason) => `it calls ${name}, which is refused: ${reason}`,
  );
  const attached: LoadedMethod[] = [];
  const refused: RefusedMethod[] = [...object.refused];
  for (const method of object.methods) {
    const { record } = method;
    const reason = reasons.get(record.specialised) ?? callers.get(record.specialised);
    const instance = instances.get(method);
    if (reason !== undefined || instance === undefined)
      refused.push({ record, reason: reason ?? 'it has no method instance' });
    else {
      runtime.attach(instance, method);
      attached.push(method);
    }
  }
  return { attached, refused };
}

function firstChange<Instance>(method: LoadedMethod, runtime: AttachRuntime<Instance>): string | undefined {
  for (const dependency of method.record.dependencies) {
    const changed = runtime.changed(dependency);
    if (changed !== undefined) return changed;
  }
  return undefined;
}
