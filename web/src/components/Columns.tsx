/** The head of a table that has nothing but the names of its columns there. */
import { Table, type TableTheadProps } from "@mantine/core";

export function Columns({
  names,
  ...rest
}: { names: readonly string[] } & Omit<TableTheadProps, "children">) {
  return (
    <Table.Thead {...rest}>
      <Table.Tr>
        {names.map((name) => (
          <Table.Th key={name} scope="col">
            {name}
          </Table.Th>
        ))}
      </Table.Tr>
    </Table.Thead>
  );
}
