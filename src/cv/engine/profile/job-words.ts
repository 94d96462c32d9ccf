import { plain } from './spans.ts';

/**
 * Nouns of professions in English, German, Spanish and French, without accents. A word that ends with one counts too.
 */
const PROFESSIONS = new Set(
  `accountant actor actuary administrator advisor adviser agent ambassador analyst anaesthetist anesthesiologist apprentice
  architect artist assembler assistant associate attendant attorney auditor author baker banker barista barrister bartender
  biologist bookkeeper broker builder butcher buyer captain caregiver carer carpenter cashier ceo cfo chef chemist chief cio
  cleaner clerk clinician coach coder cofounder co-founder commander consultant contractor controller cook coordinator
  co-ordinator copywriter counsel counsellor counselor courier craftsman creator cto curator dba dean dentist deputy designer
  developer dietitian director dispatcher doctor driver ecologist economist editor educator electrician engineer
  entrepreneur estimator examiner executive expert facilitator farmer fellow fitter foreman founder freelancer gardener
  geologist gardener generalist graduate guard guide hairdresser handyman head hygienist illustrator inspector instructor
  intern interpreter investigator janitor journalist joiner judge labourer laborer lawyer lead leader lecturer liaison
  librarian lifeguard machinist maintainer maker manager marketer mason mathematician mechanic mentor merchandiser midwife
  mechanic miner moderator musician nanny negotiator nurse nutritionist officer operative operator optician organiser
  organizer owner painter paralegal paramedic partner pastor pathologist pharmacist photographer physician physicist
  physiotherapist pilot planner plumber podiatrist police postdoc practitioner president principal producer professor
  programmer promoter psychologist psychiatrist publicist radiographer radiologist receptionist recruiter referee
  registrar reporter representative researcher retailer roofer salesperson salesman saleswoman scholar scientist
  scrum secretary seller server sergeant sonographer specialist statistician steward strategist student superintendent
  supervisor surgeon surveyor sysadmin tailor teacher teller tester therapist tiler trader trainee trainer translator
  treasurer tutor underwriter veterinarian vp waiter waitress warden warehouse welder worker writer
  internship placement apprenticeship volunteer devops sre
  entwickler entwicklerin ingenieur ingenieurin leiter leiterin berater beraterin lehrer lehrerin lehrkraft arzt arztin
  pfleger pflegerin krankenschwester pflegefachkraft pflegefachfrau pflegefachmann kaufmann kauffrau sachbearbeiter
  sachbearbeiterin mitarbeiter mitarbeiterin assistentin assistenz praktikant praktikantin praktikum werkstudent
  werkstudentin techniker technikerin mechaniker mechanikerin mechatroniker mechatronikerin elektriker elektroniker
  elektronikerin buchhalter buchhalterin verkaufer verkauferin fachkraft fachangestellte fachangestellter referent
  referentin geschaftsfuhrer geschaftsfuhrerin projektleitung leitung teamleitung programmierer programmiererin koch kochin
  erzieher erzieherin analystin architektin auszubildender auszubildende azubi trainerin redakteur redakteurin
  informatiker informatikerin administratorin koordinatorin forscherin forscher wissenschaftler wissenschaftlerin
  gestalter gestalterin designerin managerin meister meisterin angestellte angestellter
  desarrollador desarrolladora ingeniero ingeniera programador programadora analista gerente jefe jefa director directora
  responsable consultor consultora profesor profesora docente maestro maestra enfermero enfermera medico medica contable
  administrativo administrativa tecnico tecnica auxiliar asistente becario becaria practicas encargado encargada
  vendedor vendedora comercial disenador disenadora arquitecto arquitecta coordinador coordinadora camarero camarera
  cocinero cocinera dependiente abogado abogada investigador investigadora
  developpeur developpeuse ingenieure ingenieur charge chargee chef cheffe gestionnaire comptable infirmier infirmiere
  professeur enseignant enseignante conseiller conseillere vendeur vendeuse stagiaire alternant alternante apprenti
  technicien technicienne directeur directrice medecin avocat avocate chercheur chercheuse concepteur conceptrice
  administrateur administratrice assistante redacteur redactrice cuisinier serveur serveuse formateur formatrice
  consultante coordinateur coordinatrice`.split(/\s+/),
);
/** Ends of German compounds: Softwareentwickler, Projektleiterin. */
const PROFESSION_END =
  /(?:entwickler|ingenieur|leiter|berater|lehrer|techniker|mechaniker|elektroniker|pfleger|kauf(?:mann|frau)|fachkraft|assistent|verwalter|arbeiter|angestellter?|planer|gestalter|informatiker|redakteur|schwester)(?:in)?$/;
const EMPLOYER =
  /\b(?:gmbh|ag|se|kg|ohg|ug|mbh|e\.?\s?v\.?|inc|incorporated|corp|corporation|co|company|llc|llp|ltd|limited|plc|pty|group|holdings?|s\.?a\.?s?|s\.?l\.?u?|s\.?r\.?l|sarl|b\.?v|n\.?v|a\/s|aps|oy|ab|university|universit[aä]t|universidad|universit[eé]|college|institute?|institut[oe]?|school|schule|academy|akademie|hospital|hôpital|klinik(?:um)?|clinic|nhs|bank|council|ministry|department of|foundation|stiftung|laborator(?:y|ies)|labs?|studios?|agency|agentur|agencia|agence|consulting|solutions|systems|technologies|software|partners|associates|services|startup|industries|logistics|media|works|werke|church|museum|airlines?|hotel|restaurant|trust|authority)\b\.?/iu;

/** Whether a piece of a line names what somebody works as. */
export function isJobTitle(text: string): boolean {
  const words = plain(text).match(/[a-z]+(?:-[a-z]+)*/g) ?? [];
  return words.length <= 12 && words.some((word) => isProfession(word) || word.split('-').some(isProfession));
}

function isProfession(word: string): boolean {
  return PROFESSIONS.has(word) || PROFESSIONS.has(word.replace(/s$/, '')) || PROFESSION_END.test(word);
}

/** Whether a piece of a line has the marks of a firm's or institution's name. */
export function isEmployerName(text: string): boolean {
  return EMPLOYER.test(text);
}
