// The version of Julia that jl0 answers as: of the C API, and of the code that it compiles and loads.

/** Major, minor and patch. */
export const juliaVersion = [1, 12, 5] as const;
export const JULIA_VERSION: string = juliaVersion.join('.');
