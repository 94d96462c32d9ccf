import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { findSkills } from '../src/cv/engine/skills/find-skills.ts';
import { readSkillTable, type Skill } from '../src/cv/engine/skills/vocabulary.ts';
import { widerTables } from '../src/cv/wider-vocabulary.ts';
import { root } from './source-files.ts';

const tables = await widerTables();
const wider = tables.flatMap(({ content }) => readSkillTable(content));
const names = new Set(wider.map(({ name }) => name));

/** The skills of the wider tables that a text shows, each once, in order. */
function shown(text: string): string[] {
  return [...new Set(findSkills(text).flatMap(({ skill }) => (names.has(skill) ? [skill] : [])))];
}

describe('the tables of names from npm packages', () => {
  it('are what their choices and packages make of them', async () => {
    for (const { filename, content } of tables) {
      expect(await readFile(`${root}/${filename}`, 'utf8'), `${filename}: run npm run codegen`).toBe(content);
    }
  });

  it('hold hundreds of skills, each of which is found in a list of such under every name it has', () => {
    expect(wider.length).toBeGreaterThan(600);
    const neighbour = ({ category }: Skill) => (category === 'other' ? 'LibreOffice, Docker' : 'Docker, Kubernetes');
    const lost = wider.flatMap((skill) =>
      skill.forms
        .filter(({ text }) => !shown(`Skills\n${neighbour(skill)}, ${text}\n`).includes(skill.name))
        .map(({ text }) => `${skill.name}: ${text}`),
    );
    expect(lost).toEqual([]);
  });
});

describe('a little known name is a skill', () => {
  it.each([
    ['among skills', 'Skills: Erlang, Pony, Docker', ['Pony']],
    [
      'in a list that says what it holds',
      'Programming languages: Chapel, Futhark, Gleam',
      ['Chapel', 'Futhark', 'Gleam'],
    ],
    ['named as a language', 'Wrote the scheduler in the Pony programming language.', ['Pony']],
    ['programmed in', 'Six years of telephony, programmed in Mercury.', ['Mercury']],
    ['below each other', 'Tools\n• Kubernetes\n• Rook\n• Longhorn', ['Rook', 'Longhorn']],
    ['in German', 'Programmiersprachen: Java, Eiffel, Oberon', ['Eiffel', 'Oberon']],
    ['in Spanish', 'Programado en Chapel durante dos años', ['Chapel']],
  ])('%s', (_where, text, skills) => {
    expect(shown(text)).toEqual(skills);
  });
});

describe('prose in which such names are words, names and places shows no skill', () => {
  it.each([
    'As a teacher in Chapel Hill I rode a pony, and the euphoria of the children was worth every factor of stress.',
    'Written in Cairo: two travel books. Latte art, fennel salads and a slim budget were part of my café, The Rook.',
    'Drove a caddy, a falcon crest on its door, backstage to the stellar evening; the composer thanked us on the drone footage.',
    'Vapor, inertia and stimulus: three talks on physics. A quasar, a galaxy, and Mercury, Saturn and Venus by telescope.',
    'My sister Isabelle, her friend Dylan and his dog Odin moved to Aurelia, Ohio, to renovate a house of obsidian and cedar.',
    'Customer Care: cheerio service, liquid soaps, mustache wax, nasal sprays. Sway, smarty, and slang are words I avoid.',
    'Went forth in all weathers as a pike fisher; bison, wren and pug were painted by me for the Drizzle Gallery.',
    'Hobbies: Pony riding, Composer of film music, Drone flying, Latte art, Obsidian carving',
    'Skills: Photography, Drone flying, Video editing, Makeup, Composer, Conductor',
    'Volunteer, Eiffel Tower visitor centre. Concourse and coveralls cleaned daily; homebrew and longhorn steaks served.',
    'We construct 3 houses a year, all with pro tools, an A-frame roof and source engines of our own for heat.',
    'Measured PM2.5 and PM10 in the X Organisation of Chuck and Ava; M4 motorway noise; patients with mumps.',
    'Interviews take place on Google Meet or Webex; please keep the date free in Google Calendar. A Discord is no must.',
    'Im Chapel Club spielte ich Forth und Odin, im Ring des Nibelungen sang ich Mime. Der Drone-Flug und die Latte sind Hobbys.',
    'Netter Kollege, Immer pünktlich, Nette Kunden, Latte Macchiato und Pony-Reiten; ein Slim-Fit-Anzug, ein Pug namens Knip.',
    'Ich wohnte in Cairo, in Concourse und in Sencha-Tal; mit Fennel, Mercury und Falco kochten wir Suppe.',
    'Trabajé en Aurelia y en Caddy Bar; con Odín y Dylan monté un pony. El drone, el latte y la euphoria eran lo mejor.',
    'Viví en Cairo y en Solana Beach. Mi perro Pug y mi gato Falco duermen. Ganamos la copa Stellar en Hedera.',
    "J'ai vécu en Chapel-Royal avec Aurelia et Isabelle, un faucon (Falcon), un poney (Pony) et le zéphyr (Zephir).",
    'Le mustache, le liquide, la vapeur et le caddy de ma mère; concours Eiffel, prix Mercure, hôtel Concourse.',
    'IMMER FREUNDLICH, SLIM FIT, LIQUID SOAP, PONY CLUB, EIFFEL, CAIRO, MERCURY: SO STAND ES AUF DEM PLAKAT.',
    'Responsibilities: Caddy for three golf professionals, Cheerio bakery, Pike fishing guide, Mustache barber',
  ])('%s', (text) => {
    expect(shown(text)).toEqual([]);
  });
});
