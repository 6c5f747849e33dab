/** One face under every transform: what goes in, and what each method makes of it, as it is and edited. */
import { titleOf } from '../src/cli/results.js';
import type { Image } from '../src/io/image.js';
import { sheet } from '../src/io/sheet.js';
import { SHOWN } from './judging.js';
import type { Shown } from './rows.js';

export function figure(shown: readonly Shown[], subtitle: string): Image {
  const methods = [...new Set(shown.map(({ method }) => method))];
  const transforms = [...new Set(shown.map(({ transform }) => transform))];
  const rows = transforms.map((transform) => {
    const own = methods.map((method) =>
      shown.find((each) => each.method === method && each.transform === transform),
    );
    const cells = own
      .flatMap((each) => [each?.reconstruction, each?.edited])
      .map((image) => image && { image });
    return { label: transform, images: [{ image: own.find((each) => each)!.input }, ...cells] };
  });
  return sheet(rows, 'One face, moved', {
    subtitle,
    columns: ['Input', ...methods.flatMap((method) => [titleOf(method), SHOWN.label])],
    cell: 128,
  });
}
