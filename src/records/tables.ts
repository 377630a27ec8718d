/** Tables for other programs: CSV and Parquet, for pandas, DuckDB and spreadsheets. */
import { parquetWriteBuffer } from "hyparquet-writer";
import { fieldsOf, type FieldValue } from "./facets.ts";
import type { RunSummary } from "./summary.ts";

/** A value of a cell; undefined where there is none. */
type Cell = FieldValue | undefined;

/** A column. Its type is Parquet's, so that a column has one type whichever rows there are. */
export interface Column {
  name: string;
  type: "STRING" | "INT64" | "DOUBLE" | "BOOLEAN" | "TIMESTAMP";
  /** One a row; of a TIMESTAMP in ISO 8601. */
  values: Cell[];
}

/** Name, type and value of a column of {@link runColumns}. */
type RunColumn = [name: string, type: Column["type"], value: (run: RunSummary) => Cell];

/** The columns that every table of runs has. Shares are in [0, 1], sizes in bytes, times in seconds. */
const RUN_COLUMNS: RunColumn[] = [
  ["hash", "STRING", ({ hash }) => hash],
  ["state", "STRING", ({ state }) => state],
  ["fault", "STRING", ({ fault }) => fault],
  ["kind", "STRING", ({ kind }) => kind],
  ["datasets", "STRING", ({ datasets }) => datasets.length > 0 ? datasets.join(" + ") : undefined],
  ["model", "STRING", ({ model }) => model],
  ["startsFrom", "STRING", ({ startsFrom }) => startsFrom],
  ["source", "STRING", ({ result }) => result?.source],
  ["seed", "INT64", ({ seed }) => seed],
  ["imagesPerDataset", "INT64", ({ imagesPerDataset }) => imagesPerDataset],
  ["images", "INT64", ({ images }) => images],
  ["validationPerDataset", "INT64", ({ validationPerDataset }) => validationPerDataset],
  ["imageSize", "INT64", ({ imageSize }) => imageSize],
  ["accuracy", "DOUBLE", ({ result }) => result?.accuracy?.value],
  ["accuracyLow", "DOUBLE", ({ result }) => result?.accuracy?.low],
  ["accuracyHigh", "DOUBLE", ({ result }) => result?.accuracy?.high],
  ["correct", "INT64", ({ result }) => result?.accuracy?.correct],
  ["n", "INT64", ({ result }) => result?.accuracy?.n],
  ["chance", "DOUBLE", ({ result }) => result?.chance],
  ["trainingAccuracy", "DOUBLE", ({ result }) => result?.training?.value],
  ["loss", "DOUBLE", ({ result }) => result?.loss],
  ["parameters", "INT64", ({ result }) => result?.parameters],
  ["epochs", "INT64", ({ epochs }) => epochs],
  ["epochsWanted", "INT64", ({ epochsWanted }) => epochsWanted],
  ["seconds", "DOUBLE", ({ result }) => result?.seconds],
  ["inputWait", "DOUBLE", ({ result }) => result?.inputWait],
  ["finishedAt", "TIMESTAMP", ({ result }) => result?.finishedAt],
  ["code", "STRING", ({ result }) => result?.code],
  ["engine", "STRING", ({ result }) => result?.engine],
  ["bytes", "INT64", ({ bytes }) => bytes],
];

/**
 * One row a run: what a list shows, then every field of the experiments as `experiment.recipe.learningRate`.
 * A field of experiments is numbers, truth values or texts; where its values are of several types it is
 * texts.
 */
export function runColumns(runs: readonly RunSummary[]): Column[] {
  const listed = RUN_COLUMNS.map(([name, type, value]) => ({ name, type, values: runs.map(value) }));
  const each = runs.map(({ experiment }) => new Map(experiment && fieldsOf(experiment)));
  const names = [...new Set(each.flatMap((fields) => [...fields.keys()]))];
  return [
    ...listed,
    ...names.map((name) => fieldColumn(`experiment.${name}`, each.map((fields) => fields.get(name)))),
  ];
}

function fieldColumn(name: string, values: Cell[]): Column {
  const types = new Set(values.filter((value) => value !== undefined).map((value) => typeof value));
  if (types.size > 1) return { name, type: "STRING", values: values.map((value) => value?.toString()) };
  return { name, type: types.has("number") ? "DOUBLE" : types.has("boolean") ? "BOOLEAN" : "STRING", values };
}

/** A run as one object: what a list shows, its experiment and its result whole. */
export function runObject(run: RunSummary): Record<string, unknown> {
  const listed = RUN_COLUMNS.map(([name, , value]) => [name, value(run)]);
  return {
    ...Object.fromEntries(listed),
    datasets: run.datasets,
    experiment: run.experiment,
    result: run.result,
  };
}

/** CSV as RFC 4180 has it, with a line of names; lines end with LF, and a missing value is empty. */
export function csvOf(columns: readonly Column[]): string {
  const rows = columns[0].values.map((_, row) => columns.map(({ values }) => csvCell(values[row])));
  return [columns.map(({ name }) => csvCell(name)), ...rows].map((cells) => cells.join(",") + "\n").join("");
}

/** A cell as RFC 4180 has it; a missing value is empty. */
export function csvCell(value: Cell): string {
  const text = `${value ?? ""}`;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A Parquet file; a missing value is null. */
export function parquetOf(columns: readonly Column[]): Uint8Array {
  const columnData = columns.map(({ name, type, values }) => ({
    name,
    type,
    nullable: true,
    data: values.map((value) => value === undefined ? null : parquetCell(value, type)),
  }));
  return new Uint8Array(parquetWriteBuffer({ columnData }));
}

function parquetCell(value: FieldValue, type: Column["type"]): unknown {
  if (type === "TIMESTAMP") return new Date(`${value}`);
  return type === "INT64" ? BigInt(value) : value;
}
