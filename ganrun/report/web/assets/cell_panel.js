/* What is known of one cell of the phase diagram: its rate, its runs' samples, its two films. */

import { commandLine } from "../../../page/assets/copying.js";
import { element } from "../../../page/assets/elements.js";
import { Player } from "../../../page/assets/player.js";
import { Scene } from "../../../page/assets/scene.js";
import { capital, plural } from "../../../page/assets/wording.js";
import { intervalWords } from "./trials.js";

const MOST_THUMBNAILS = 12;

/** What is known of one cell: its rate, its runs' samples, and its two films. */
export class CellPanel {
  constructor(panel, owner) {
    this.element = panel;
    this.owner = owner;
    this.players = [];
    this.scenes = [];
    this.about = element("div", "cell-about");
    this.films = element("div", "cell-films");
    const hint = "Press the cell to watch its median and its worst trial.";
    this.hint = element("p", "cell-hint quiet small", hint);
    panel.append(this.about, element("div", "cell-stage", this.films, this.hint));
  }

  /** The cell that is selected, with its films. */
  show(cell) {
    this.cell = cell;
    this.describe(cell);
    for (const player of this.players) player.close();
    this.players = [];
    this.films.replaceChildren();
    this.addFilms(cell);
    this.element.classList.remove("previewing");
  }

  /** Another cell for as long as one points at it; null ends that. */
  preview(cell) {
    const shown = cell || this.cell;
    if (shown === this.described) return;
    this.describe(shown);
    this.element.classList.toggle("previewing", shown !== this.cell);
  }

  play() {
    this.element.classList.remove("previewing");
    for (const player of this.players) {
      player.seek(0);
      player.play();
    }
  }

  describe(cell) {
    this.described = cell;
    const { outcome, trials } = this.owner;
    const title = element("h3", "", capital(cell.name));
    const rate = element("p", "cell-rate");
    if (cell.rate.value === null) rate.append(cell.trials.length ? "No result" : "No trial");
    else {
      const [number, ...interval] = intervalWords(outcome, cell.picked || cell.rate).split(" [");
      rate.append(element("b", "", number), ` ${outcome.words} `);
      const among = cell.picked ? `, picked as the most of ${this.owner.cells.length} cells` : "";
      if (interval.length) rate.append(element("span", "quiet", `[${interval[0]}${among}`));
    }
    const parts = [title, rate];
    const fates = this.fateWords(cell, trials);
    const recovered = this.owner.recoveredWords(cell);
    const modes = recovered ? ` ${recovered} modes recovered on average.` : "";
    if (fates) parts.push(element("p", "cell-fates quiet small", `${fates}.${modes}`));
    const figure = element("figure", "thumbs");
    this.about.replaceChildren(...parts, figure);
    this.drawThumbnails(cell, figure);
  }

  /** `8 trials: 7 collapsed, 1 undertrained`. */
  fateWords(cell, trials) {
    if (!cell.trials.length) return "";
    const counts = new Map();
    for (const index of cell.trials) {
      const fate = trials.fate(index);
      counts.set(fate, (counts.get(fate) || 0) + 1);
    }
    const words = [...counts].sort((a, b) => b[1] - a[1]).map(([fate, n]) => `${n} ${fate}`);
    return `${plural(cell.trials.length, "trial")}: ${words.join(", ")}`;
  }

  /** The ends of some of a cell's runs, from the best to the worst. */
  drawThumbnails(cell, figure) {
    const { trials } = this.owner;
    for (const scene of this.scenes) scene.close();
    this.scenes = [];
    const held = cell.ordered.filter((index) => trials.hasFrames(index));
    const chosen = evenly(held, MOST_THUMBNAILS);
    if (!chosen.length) return;
    const list = element("ul", "thumbs-list");
    const of = chosen.length < cell.ordered.length ? ` of ${cell.ordered.length}` : "";
    const runs =
      chosen.length === 1
        ? `The samples of 1${of} run`
        : `The samples of ${chosen.length}${of} runs, from the best to the worst`;
    figure.append(list, element("figcaption", "quiet small", runs));
    for (const index of chosen) {
      const title = `${this.whose(index)}: ${trials.fate(index)}`;
      const canvas = element("canvas", { role: "img", "aria-label": `Samples of ${title}`, title });
      list.append(element("li", "", canvas, element("span", "", trials.fate(index))));
      const { target, frame } = trials.ending(index);
      const scene = new Scene(canvas, target);
      scene.draw(frame);
      this.scenes.push(scene);
    }
  }

  /** A trial's seed, and what else tells it from the others of its cell. */
  whose(index) {
    const { trials, view, phase } = this.owner;
    const others = phase.factors
      .filter(({ field }) => ![view.across, view.down].includes(field) && !(field in view.fixed))
      .map(({ field, name }) => `${name} ${trials.words(trials.byName.get(field), index)}`);
    return [`seed ${trials.seeds[index % trials.seeds.length]}`, ...others].join(", ");
  }

  /** The trial to show as a cell's median or worst: itself, or the nearest that the page holds. */
  nearest(cell, which) {
    const { trials } = this.owner;
    const wanted = cell[which];
    if (wanted === null || trials.hasFrames(wanted)) return wanted;
    const place = cell.ordered.indexOf(wanted);
    const apart = (n) => Math.abs(n - place);
    let best = null;
    cell.ordered.forEach((index, n) => {
      if (trials.hasFrames(index) && (best === null || apart(n) < apart(best))) best = n;
    });
    return best === null ? wanted : cell.ordered[best];
  }

  addFilms(cell) {
    if (!cell.ordered.length) return;
    const [median, worst] = [this.nearest(cell, "median"), this.nearest(cell, "worst")];
    const both = cell.ordered.length === 1 ? "Its one trial" : "Median and worst";
    this.addFilm(median, worst === median ? both : "Median", cell.median);
    if (worst !== median) this.addFilm(worst, "Worst", cell.worst);
  }

  addFilm(index, what, wanted) {
    const { trials } = this.owner;
    const box = element("div", "film");
    this.films.append(box);
    const stand = index === wanted ? what : `Near the ${what.toLowerCase()}`;
    box.append(element("p", "film-title", element("b", "", stand), ` ${this.whose(index)}`));
    const film = trials.film(index);
    if (film) {
      const label = `${stand}, ${this.whose(index)}`;
      this.players.push(new Player(box, { ...film, compact: true, label }));
    } else box.append(element("p", "quiet small", "Its samples are not in this page."));
    box.append(reportOf(trials, index));
  }
}

/** A link to a trial's own page, or the command that makes it. */
function reportOf(trials, index) {
  const fate = capital(trials.fate(index));
  if (trials.hasReport(index)) {
    const link = { class: "small", href: trials.link(index) };
    return element("p", "film-report", element("a", link, `${fate}: open its report`));
  }
  return element(
    "details",
    "film-report small",
    element("summary", "", `${fate}: its report`),
    commandLine(trials.commandFor(index)),
  );
}

/** So many of a list, evenly, its ends among them. */
function evenly(list, most) {
  if (list.length <= most) return list;
  const step = (list.length - 1) / (most - 1);
  return Array.from({ length: most }, (_, n) => list[Math.round(n * step)]);
}
