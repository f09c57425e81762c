// `jl0 doctor --api`: the part of Julia's C API that the runtime answers itself.
//
// The list is the table that `ccall` asks, not a copy of it. The session and the handling of Ctrl-C between
// them load every file that adds to the table, so that the list is complete without a library having been booted.

/** A function of the C API as a user sees it. */
interface ApiFunction {
  readonly name: string;
  readonly signature: string;
}

/** Every function of the C API that this jl0 has, by name. */
async function apiFunctions(): Promise<readonly ApiFunction[]> {
  await import('../session.ts');
  await import('../../interpreter/vm/interrupts.ts');
  const { runtimeFunctions } = await import('../../interpreter/runtime/capi/table.ts');
  return runtimeFunctions()
    .map(({ name, signature }) => ({ name, signature }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Prints the functions of the C API, one a line: the name and the type in C. */
export async function showApi(asJSON: boolean): Promise<void> {
  const functions = await apiFunctions();
  if (asJSON) {
    console.log(JSON.stringify(functions, null, 2));
    return;
  }
  const width = Math.max(...functions.map(({ name }) => name.length));
  for (const { name, signature } of functions) console.log(`${name.padEnd(width)}  ${signature}`);
}
