import type { Atom } from './atoms.ts';
import type { FormHit } from './forms.ts';

/** Fields of work: before a trade they are a title ("Backend Developer"), not something somebody can do. */
const FIELDS = new Set([
  'Software engineering',
  'Back-end development',
  'Front-end development',
  'Full-stack development',
  'Web development',
  'Mobile development',
  'Embedded systems',
  'Quality assurance',
  'Software testing',
  'Test automation',
  'Product management',
  'Project management',
  'Database administration',
  'Databases',
  'Data engineering',
  'Data science',
  'Data analysis',
  'DevOps',
  'Site reliability engineering',
  'Platform engineering',
  'Cloud computing',
  'Information security',
  'Game development',
  'UX design',
  'UI design',
  'Product design',
  'Graphic design',
  'Networking',
  'IT support',
  'Technical writing',
  'Business intelligence',
  'Business analysis',
  'Research',
  'Teaching',
  'System administration',
  'Reporting',
  'Documentation',
]);
/** Words of everyday work: a CV that uses one in a sentence tells of its work, one that lists it names a skill. */
const EVERYDAY = new Set([
  'API development',
  'Backup and recovery',
  'Caching',
  'Code quality',
  'Containers',
  'Content management',
  'Cryptography',
  'Data center operations',
  'Data cleaning',
  'Data governance',
  'Data modeling',
  'Data quality',
  'Data visualization',
  'Data warehousing',
  'Database migration',
  'Debugging',
  'Electronics',
  'Electrical engineering',
  'Feature engineering',
  'Hardware maintenance',
  'Incident management',
  'IoT',
  'Monitoring',
  'Network security',
  'Oscilloscopes',
  'Performance optimization',
  'Query optimization',
  'Regression analysis',
  'Requirements engineering',
  'Scalability',
  'Scripting',
  'Storage systems',
  'Survey design',
  'User onboarding (IT)',
  'Virtualization',
  'Bug tracking',
]);

/** Whether a skill is a word of everyday work or a field of work: in a sentence it is no claim. */
export function isBroad(skill: string): boolean {
  return FIELDS.has(skill) || EVERYDAY.has(skill);
}

const TRADE =
  /^(?:developers?|engineers?|architects?|managers?|designers?|analysts?|consultants?|leads?|specialists?|administrators?|testers?|scientists?|interns?|internship|programmers?|assistants?|associates?|officers?|technicians?|entwickler(?:in)?|ingenieur(?:in)?|desarrolladora?|ingenier[oa]|teams?|director|head|fellow|students?|trainee|coordinators?|writers?|owners?|agent|agents|department|company|roles?|position|professional|professionals|masters?|coach)$/;

/** Whether a skill is a field of work ("Software engineering"). */
export function isFieldOfWork(skill: string): boolean {
  return FIELDS.has(skill);
}

/** Whether a field of work stands here as part of somebody's title. */
export function isOccupation(text: string, atoms: readonly Atom[], hit: FormHit, skill: string): boolean {
  if (!FIELDS.has(skill)) return false;
  const [last, next] = [atoms[hit.to], atoms[hit.to + 1]];
  // "Scrum Master" as one spelling is a title too, certified or not.
  if (last !== undefined && TRADE.test(last.key)) return true;
  return (
    last !== undefined &&
    next !== undefined &&
    next.start - last.end === 1 &&
    TRADE.test(next.key) &&
    text[last.end] !== '.'
  );
}
