// The name of a class. Where it is a path and there is no room for all of it, what is above it gives way.

import { leafOf } from '../model/class-rows';

export function ClassName({ name }: { name: string }) {
  const leaf = leafOf(name);
  if (leaf === name) return <span class="class-name">{name}</span>;
  return (
    <span class="class-name path">
      <span class="above-leaf">
        <bdi dir="ltr">{name.slice(0, -leaf.length - 1)}</bdi>
      </span>
      <span class="leaf">/{leaf}</span>
    </span>
  );
}
