/** The sections a CV is parted into. `contact` is what stands before the first heading. */
export type SectionKind =
  | 'contact'
  | 'summary'
  | 'experience'
  | 'education'
  | 'skills'
  | 'projects'
  | 'certificates'
  | 'languages'
  | 'other';

/** What a heading says, in English, German, Spanish and French; written as `compact` makes it, parted by commas. */
const HEADINGS: Readonly<Record<Exclude<SectionKind, 'contact'> | 'contact', string>> = {
  contact: `contact, contact details, contact information, contact info, personal details, personal information,
    personal data, get in touch, kontakt, kontaktdaten, persönliche daten, persönliche angaben, zur person, anschrift,
    contacto, datos personales, datos de contacto, información personal, coordonnées, informations personnelles,
    état civil`,
  summary: `summary, professional summary, executive summary, career summary, profile summary, profile, about, about me,
    personal profile, professional profile, career profile, personal statement, objective, career objective,
    professional objective, introduction, overview, who i am, bio, in brief, highlights, career highlights,
    profil, kurzprofil, über mich, zusammenfassung, berufsprofil, persönliches profil, perfil, perfil profesional,
    resumen, resumen profesional, sobre mí, acerca de mí, extracto, objetivo, objetivo profesional,
    profil professionnel, à propos, à propos de moi, résumé, objectif, objectif professionnel, présentation, en bref`,
  experience: `experience, work experience, professional experience, employment, employment history, work history,
    career history, career, relevant experience, industry experience, clinical experience, teaching experience,
    research experience, military experience, internship, internships, professional background, positions,
    work, jobs, previous roles, selected experience, employment record, professional history, appointments,
    academic appointments, volunteer experience, volunteering, volunteer work, leadership experience,
    additional experience, other experience, earlier experience, earlier career, consulting experience,
    experience highlights, freelance experience, what i have done, where ive worked, nursing experience,
    berufserfahrung, berufspraxis, beruflicher werdegang, beruflicher hintergrund, werdegang, arbeitserfahrung,
    praxiserfahrung, berufliche erfahrung, berufliche laufbahn, berufliche stationen, praktika, praktische erfahrung,
    tätigkeiten, experiencia, experiencia laboral, experiencia profesional, experiencia de trabajo, trayectoria,
    trayectoria profesional, historial laboral, prácticas, expérience, expériences, expérience professionnelle,
    expériences professionnelles, parcours professionnel, parcours, stages`,
  education: `education, academic background, academic qualifications, academic history, educational background,
    education and training, academic education, studies, degrees, qualifications, schooling, training,
    education training, academics, formal education, academic record,
    ausbildung, bildung, bildungsweg, schulbildung, studium, akademische ausbildung, hochschulbildung, bildungsgang,
    schulische ausbildung, aus und weiterbildung, ausbildung und studium, studium und ausbildung, akademischer werdegang,
    educación, formación, formación académica, estudios, estudios realizados, formación reglada,
    formation, formations, études, diplômes, formation académique, cursus, scolarité, parcours académique,
    formation et diplômes, diplômes et formations`,
  skills: `skills, technical skills, key skills, core skills, hard skills, soft skills, professional skills, it skills,
    computer skills, digital skills, relevant skills, transferable skills, practical skills, other skills,
    additional skills, personal skills, clinical skills, skills summary, skill set, skillset, skills profile, expertise,
    areas of expertise, core competencies, competencies, competences, key competencies, technical competencies,
    technical expertise, technical proficiencies, proficiencies, technologies, tech stack, technology stack, stack,
    tools, software, software skills, technical profile, technical knowledge, knowledge, abilities, strengths,
    key strengths, core strengths, toolbox, toolkit, tools and technologies, technologies and tools,
    programming languages, programming skills, programming, what i work with, technical summary, technical toolbox,
    specialties, specialities, capabilities, core capabilities, what i use,
    kenntnisse, fähigkeiten, fertigkeiten, kompetenzen, fachkenntnisse, fachliche kompetenzen, it kenntnisse,
    edv kenntnisse, edv, technische kenntnisse, technische fähigkeiten, programmierkenntnisse, kernkompetenzen,
    besondere kenntnisse, kenntnisse und fähigkeiten, stärken, soziale kompetenzen, weitere kenntnisse, qualifikationen,
    habilidades, competencias, aptitudes, conocimientos, habilidades técnicas, competencias técnicas, destrezas,
    conocimientos técnicos, conocimientos informáticos, informática, tecnologías, herramientas,
    compétences, compétences techniques, compétences clés, compétences informatiques, compétences professionnelles,
    savoir faire, savoir être, outils, connaissances, informatique, atouts, qualités`,
  projects: `projects, personal projects, side projects, selected projects, key projects, academic projects,
    university projects, notable projects, open source, open source projects, open source contributions, portfolio,
    project experience, project work, software projects, freelance projects, research projects, recent projects,
    major projects, featured projects, case studies,
    projekte, eigene projekte, private projekte, ausgewählte projekte, projekterfahrung, projektliste,
    proyectos, proyectos personales, proyectos destacados, projets, projets personnels, réalisations,
    projets académiques`,
  certificates: `certificates, certifications, certification, licenses, licences, licenses and certifications,
    certifications and licenses, professional certifications, courses, training and certifications,
    certifications and training, courses and certifications, continuing education, professional development,
    accreditations, credentials, licensure, online courses, relevant courses, licensure and certifications,
    certificates and courses, registrations, professional registration,
    zertifikate, zertifizierungen, weiterbildung, weiterbildungen, fortbildung, fortbildungen, lizenzen, kurse,
    zertifikate und weiterbildungen, certificados, certificaciones, cursos, formación complementaria, licencias,
    cursos y certificaciones, certificats, formations complémentaires, formation continue`,
  languages: `languages, language skills, language proficiency, foreign languages, spoken languages, human languages,
    languages spoken, sprachen, sprachkenntnisse, fremdsprachen, idiomas, lenguas, conocimientos de idiomas,
    langues, langues parlées, compétences linguistiques, langues étrangères`,
  other: `interests, hobbies, hobbies and interests, interests and hobbies, personal interests, activities,
    extracurricular activities, extracurriculars, awards, honors, honours, honors and awards, awards and honors,
    achievements, accomplishments, key achievements, publications, selected publications, patents, references, referees,
    conferences, talks, speaking, presentations, memberships, affiliations, professional affiliations,
    professional memberships, community, additional information, miscellaneous, other, other information, military service,
    availability, links, find me online, scholarships, grants, teaching, research, research interests, leadership,
    personal, driving licence, drivers license, declaration, community service, causes, coursework, relevant coursework,
    interessen, hobbys, freizeit, ehrenamt, ehrenamtliches engagement, engagement, auszeichnungen, publikationen,
    veröffentlichungen, referenzen, sonstiges, weiteres, mitgliedschaften, führerschein, persönliche interessen,
    weitere angaben, intereses, aficiones, premios, publicaciones, referencias, otros, otros datos, información adicional,
    datos de interés, voluntariado, logros, loisirs, centres dintérêt, intérêts, divers, publications, prix, références,
    bénévolat, distinctions, permis, informations complémentaires`,
};

/** Letters and digits only, in lower case and without accents: `E d u c a t i o n` and `EDUCATION:` are one. */
function compact(text: string): string {
  return text
    .normalize('NFD')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replace(/&|\+/g, 'and')
    .replace(/[^\p{L}\p{N}]/gu, '');
}

const SECTIONS: ReadonlyMap<string, SectionKind> = new Map(
  kinds().flatMap((kind) => HEADINGS[kind].split(',').map((words): [string, SectionKind] => [compact(words), kind])),
);

function kinds(): SectionKind[] {
  // The order settles words that are in two lists: the first is overwritten by the later.
  return ['other', 'contact', 'summary', 'certificates', 'languages', 'projects', 'education', 'skills', 'experience'];
}

const LONGEST = 48;
const JOINT = /\s*(?:,|&|\+|\/|\||;|\band\b|\bund\b|\by\b|\be\b|\bet\b)\s*/i;

/**
 * The section a line opens as a heading; null when it is none. `Skills & Tools`, `3. Education`, `WORK EXPERIENCE:`,
 * `Experience (selected)` and wide-set letters are known. A combined heading is what its first part says.
 */
export function sectionOf(line: string): SectionKind | null {
  const text = line.trim();
  if (text.length > LONGEST || text.length < 3 || /[.!?;@]$/.test(text) || /\d{3}/.test(text)) return null;
  const plain = text
    .replace(/^[\d.()]{1,4}\s+|^[^\p{L}\p{N}]+/u, '')
    .replace(/\s*\([^)]*\)\s*$/, '')
    .replace(/[\s:–—_-]+$/, '');
  // A heading is set as one: a sentence or a list in small letters is none.
  if (/^\p{Ll}/u.test(plain)) return null;
  const whole = SECTIONS.get(compact(plain));
  if (whole !== undefined) return whole;
  const parts = plain.split(JOINT).filter((part) => part !== '');
  if (parts.length < 2 || parts.length > 4) return null;
  const found = parts.map((part) => SECTIONS.get(compact(part)));
  return found.every((one) => one !== undefined) ? (found[0] ?? null) : null;
}

/** Whether a line stands as the heading of a section. */
export function isSectionHeading(line: string): boolean {
  return sectionOf(line) !== null;
}
