/**
 * Images labelled by a word of their name, to train on some datasets and to validate on others: "arrow",
 * "user" and "file" are drawn by every library of icons, as every collection of photographs has its cars.
 */
import type { Pool } from "../pool/pool.ts";
import { rank } from "../../stats/mod.ts";
import { conceptOf, type Found, labelledImages, type LabelledSample } from "./labels.ts";
import { duplicateGroups } from "./sample.ts";

/** The classes, the datasets that are trained on, and how many images there are of each class. */
interface WordSizes {
  /**
   * For each class the words that name it. An image is of a class if its name has words of that class and of
   * no other.
   */
  words: Readonly<Record<string, readonly string[]>>;
  /** Names of the pools that are trained on; all are validated on. */
  trainedOn: readonly string[];
  /**
   * Training images of a class in a dataset, at most. Each has as many as the dataset with the fewest, so
   * that no dataset is the larger one.
   */
  mostPerWord: number;
  /** Drawings of each class in each dataset that are validated on, one image of each. */
  validationPerWord: number;
  seed: number;
}

/** The images that draw one concept, in all datasets, with whatever resembles them. */
type Drawing = Found[];

/**
 * Images of each dataset by the class that their names say. Concepts are whole on one side over all datasets
 * together: if `arrow-left` of one is validated on, `arrow-left` of none is trained on. So an own dataset and
 * another differ in who has drawn the validation images, not in whether their subject is known. The
 * validation images do not depend on which datasets are trained on.
 *
 * @returns labels count the classes of `words` by alphabet, so that the order of fields has no bearing
 * @throws {Error} where a dataset has too few images of a class, naming both
 */
export function sampleWords(
  pools: readonly Pick<Pool, "name" | "images">[],
  { words, trainedOn, mostPerWord, validationPerWord, seed }: WordSizes,
): LabelledSample {
  const names = Object.keys(words).sort();
  const byWord = drawingsByWord(pools, words, seed);
  const sides = names.map((name) => {
    const { held, free } = splitDrawings(byWord.get(name) ?? [], pools.length, validationPerWord);
    const validation = pools.map((_, pool) => firstOfEach(held, pool).slice(0, validationPerWord));
    const available = pools.map((_, pool) => inTurn(free, pool));
    const fewest = Math.min(mostPerWord, ...available.map(({ length }) => length));
    const short = pools.findIndex((_, pool) =>
      validation[pool].length < validationPerWord || available[pool].length === 0
    );
    if (short >= 0) throw tooFew(pools[short].name, name, validationPerWord);
    return { validation, train: available.map((images) => images.slice(0, fewest)) };
  });
  const isTrainedOn = pools.map(({ name }) => trainedOn.includes(name));
  return {
    names,
    train: labelledImages(
      sides.map(({ train }) => train.filter((_, pool) => isTrainedOn[pool]).flat()),
      pools.length,
    ),
    validation: labelledImages(sides.map(({ validation }) => validation.flat()), pools.length),
  };
}

/** The drawings of each class in the order of sampling, without those that stand for two classes. */
function drawingsByWord(
  pools: readonly Pick<Pool, "name" | "images">[],
  words: WordSizes["words"],
  seed: number,
): Map<string, Drawing[]> {
  const named = pools.map(({ name, images }, pool) =>
    Array.from(images, (listed, at) => {
      const { key, group: _, ...image } = listed;
      const concept = conceptOf(name, listed);
      return { ...image, key, pool, image: at, concept, group: concept, word: wordOf(concept, words) };
    }).filter(({ word }) => word !== undefined)
  );
  const component = duplicateGroups(named);
  const grouped = Map.groupBy(
    named.flatMap((images, pool) => images.map((image, i) => ({ ...image, component: component[pool][i] }))),
    (image) => image.component,
  );
  const place = ({ pool, key }: Found) => rank(seed, `${pools[pool].name}/${key}`);
  const drawings = [...grouped.values()]
    .filter((drawing) => drawing.every(({ word }) => word === drawing[0].word))
    .map((drawing) => ({
      word: drawing[0].word!,
      // A concept has the same place whoever draws it.
      place: rank(seed, drawing.map(({ concept }) => concept).sort()[0]),
      images: drawing.map(({ pool, image, key, concept }): Found => ({ pool, image, key, concept }))
        .sort((a, b) => place(a) - place(b)),
    }))
    .sort((a, b) => a.place - b.place);
  const byWord = Map.groupBy(drawings, ({ word }) => word);
  return new Map([...byWord].map(([word, of]) => [word, of.map(({ images }) => images)]));
}

/** The one class whose words a concept's name has; `undefined` for none and for several. */
function wordOf(concept: string, words: WordSizes["words"]): string | undefined {
  const parts = concept.split("-");
  const found = Object.entries(words).filter(([, of]) => of.some((word) => parts.includes(word)));
  return found.length === 1 ? found[0][0] : undefined;
}

/** Holds drawings back, in their order, until each dataset has so many; a drawing that none lacks is free. */
function splitDrawings(drawings: readonly Drawing[], pools: number, wanted: number) {
  const lacks = new Array<number>(pools).fill(wanted);
  const [held, free]: [Drawing[], Drawing[]] = [[], []];
  for (const drawing of drawings) {
    const drawnBy = new Set(drawing.map(({ pool }) => pool));
    const isWanted = [...drawnBy].some((pool) => lacks[pool] > 0);
    (isWanted ? held : free).push(drawing);
    if (isWanted) { for (const pool of drawnBy) lacks[pool]--; }
  }
  return { held, free };
}

/** One image of each drawing that a dataset has. */
function firstOfEach(drawings: readonly Drawing[], pool: number): Found[] {
  return drawings.flatMap((drawing) => drawing.find((image) => image.pool === pool) ?? []);
}

/** A dataset's images of some drawings: one of each before the second of any. */
function inTurn(drawings: readonly Drawing[], pool: number): Found[] {
  return drawings
    .flatMap((drawing) =>
      drawing.filter((image) => image.pool === pool).map((image, turn) => ({ image, turn }))
    )
    .sort((a, b) => a.turn - b.turn) // stable: the order of sampling stays
    .map(({ image }) => image);
}

function tooFew(dataset: string, word: string, validation: number): Error {
  return new Error(
    `${dataset} has too few images of "${word}" to validate on ${validation} drawings and to train on others; ` +
      "give the class more words, leave it out, or ask for fewer validation images",
  );
}
