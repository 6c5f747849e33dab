/** The file of wgsl_reflect that Node can import; the package's types are for its root. */
declare module 'wgsl_reflect/wgsl_reflect.module.js' {
  export * from 'wgsl_reflect';
}
